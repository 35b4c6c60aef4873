import Anser from 'anser';
import type { LogSpan } from './log-span.ts';
import { paletteColor } from './palette-color.ts';

const ESCAPE = '\u001b';
/** Operating system commands (titles, links): `ESC ] … BEL` or `ESC ] … ESC \`. */
const COMMAND = new RegExp(`${ESCAPE}\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)?`, 'g');
/** Other escapes of two or three characters: character sets, cursor keys. */
const SHORT_ESCAPE = new RegExp(`${ESCAPE}(?:[()][0-9A-Za-z]|[^\\[\\]()])`, 'g');
/** What is left of control characters, but for the tab. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Chooses the normal font, which changes nothing: it makes the parser give the text its colours. */
const NOTHING = `${ESCAPE}[10m`;

/**
 * Turns lines of a terminal into spans with classes. Nothing of a line becomes markup: its text is
 * only ever text. Colours last until they're reset, also over the end of a line, as on a terminal.
 */
export class LineParser {
  readonly #anser = new Anser();
  #coloured = false;

  /** @param line - without its line break */
  parse(line: string): LogSpan[] {
    const visible = overwritten(line);
    if (!this.#coloured && !visible.includes(ESCAPE)) return [plain(clean(visible))];
    const cleaned = visible.replace(COMMAND, '').replace(SHORT_ESCAPE, '');
    const entries = this.#anser.ansiToJson(NOTHING + cleaned, { use_classes: true });
    this.#coloured = entries.at(-1)?.was_processed ?? false;
    const spans = entries.map(toSpan).filter((span) => span.text !== '');
    return spans.length > 0 ? spans : [plain('')];
  }
}

/** A carriage return begins the line anew, so that of a progress bar the last state is shown. */
function overwritten(line: string): string {
  const text = line.replace(/\r+$/, '');
  return text.slice(text.lastIndexOf('\r') + 1);
}

function clean(text: string): string {
  return text.replace(CONTROL, '');
}

function plain(text: string): LogSpan {
  return { text, className: '', style: null };
}

function toSpan(entry: Anser.AnserJsonEntry): LogSpan {
  const foreground = colour(entry.fg, entry.fg_truecolor);
  const background = colour(entry.bg, entry.bg_truecolor);
  const classes = entry.decorations
    .filter((decoration) => decoration !== 'hidden' && decoration !== 'blink')
    .map((decoration) => `ansi-${decoration}`);
  if (foreground.name) classes.push(`${foreground.name}-fg`);
  if (background.name) classes.push(`${background.name}-bg`);
  const style = {
    ...(foreground.value && { color: foreground.value }),
    ...(background.value && { backgroundColor: background.value }),
  };
  return {
    text: clean(entry.content),
    className: classes.join(' '),
    style: foreground.value || background.value ? style : null,
  };
}

/** A colour as the name of a class or, beyond the sixteen that have one, as a value. */
function colour(name: string | null, trueColour: string | null): { name?: string; value?: string } {
  if (!name) return {};
  if (name === 'ansi-truecolor') return trueColour ? { value: `rgb(${trueColour})` } : {};
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  return palette ? { value: paletteColor(Number(palette[1])) } : { name };
}
