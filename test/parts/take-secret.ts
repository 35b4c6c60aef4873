import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { seriousFindings } from './accessibility.ts';

/**
 * Goes through the dialog that shows something once, which neither Escape nor Back may close, and
 * answers what it showed.
 */
export async function takeSecret(page: Page, name: string): Promise<string> {
  const shown = page.getByRole('region', { name, exact: true });
  const done = page.getByRole('button', { name: 'Done' });
  const secret = (await shown.textContent()) ?? '';
  expect(secret).not.toBe('');
  expect(await seriousFindings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.evaluate('history.back()');
  expect(await shown.textContent()).toBe(secret);
  expect(await done.isDisabled()).toBe(true);
  await page.getByLabel('I have kept it where I need it').check();
  await done.click();
  await shown.waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(secret);
  return secret;
}
