import { ApiError } from './api-error.ts';

/**
 * What the API says of single fields, for a form's own fields; `labels.0` is told at `labels`.
 * Nothing where the error is not about fields of the form.
 */
export function fieldErrors(error: Error, names: readonly string[]): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  const found: Record<string, string> = {};
  for (const { path, message } of error.fields) {
    const [name = ''] = path.split(/[.[]/);
    if (names.includes(name)) found[name] = found[name] ? `${found[name]}; ${message}` : message;
  }
  return found;
}
