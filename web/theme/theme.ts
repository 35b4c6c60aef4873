import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** A slate instead of Mantine's neutral greys: calmer beside coloured marks. */
const dark: MantineColorsTuple = [
  '#d7dde6',
  '#b3bdca',
  '#93a0b1',
  '#66758a',
  '#364254',
  '#2a3546',
  '#1f2836',
  '#161d28',
  '#111721',
  '#0b1017',
];

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  colors: { dark },
  respectReducedMotion: true,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontWeights: { medium: '500' },
  headings: { fontWeight: '650' },
  cursorType: 'pointer',
});

/**
 * Mantine's dimmed text, placeholders and errors have a contrast of about 3:1; these reach 4.5:1, which
 * WCAG AA asks for.
 */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#566072',
    '--mantine-color-placeholder': '#667084',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-text': '#1c2430',
    '--runyard-page': '#f5f6f9',
    '--runyard-hairline': '#e2e6ec',
    '--runyard-hover': '#f3f5f9',
    '--runyard-track': '#e9ecf2',
  },
  dark: {
    '--mantine-color-dimmed': '#9fabbb',
    '--mantine-color-placeholder': '#8b98aa',
    '--mantine-color-error': '#ff8787',
    '--runyard-page': '#10161f',
    '--runyard-hairline': '#2a3444',
    '--runyard-hover': '#1c2532',
    '--runyard-track': '#283344',
  },
});
