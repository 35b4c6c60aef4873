import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ApiClient } from '../api-client.ts';
import { EXIT, Failure } from '../failure.ts';

export interface ExportTarget {
  format: 'json' | 'csv' | 'ndjson';
  /** The most events. */
  limit?: number;
  /** A file; standard output where left out. */
  output?: string;
}

/** Of one call to the API. */
const PAGE = 10_000;

/** Exports events call by call, and writes them as they come. */
export async function exportEvents(
  api: ApiClient,
  query: Readonly<Record<string, string | number | undefined>>,
  target: ExportTarget,
  write: (text: string) => void,
): Promise<void> {
  const { output } = target;
  const pieces = readPieces(api, query, target);
  if (output === undefined) {
    for await (const piece of pieces) write(piece);
    return;
  }
  try {
    await pipeline(Readable.from(pieces), createWriteStream(output, { mode: 0o600 }));
  } catch (error) {
    if (!isFileError(error)) throw error;
    throw new Failure(EXIT.usage, 'not_writable', `${output} can't be written: ${error.message}`);
  }
}

async function* readPieces(
  api: ApiClient,
  query: Readonly<Record<string, string | number | undefined>>,
  { format, limit }: ExportTarget,
): AsyncGenerator<string> {
  // An array over several calls is made of lines.
  const asked = format === 'json' ? 'ndjson' : format;
  if (format === 'json') yield '[';
  let left = limit ?? Number.POSITIVE_INFINITY;
  let cursor: string | undefined;
  for (let isFirst = true; left > 0; isFirst = false) {
    const answer = await api.open('/api/audit/export', {
      ...query,
      format: asked,
      limit: Math.min(PAGE, left),
      cursor,
    });
    yield* shaped(textOf(answer), format, isFirst);
    left -= PAGE;
    cursor = answer.headers.get('X-Next-Cursor') ?? undefined;
    if (cursor === undefined) break;
  }
  if (format === 'json') yield '\n]\n';
}

async function* textOf(answer: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    yield decoder.decode(chunk as Uint8Array, { stream: true });
  }
  yield decoder.decode();
}

/** What a call answers, as a part of the whole. */
async function* shaped(
  pieces: AsyncIterable<string>,
  format: ExportTarget['format'],
  isFirst: boolean,
): AsyncGenerator<string> {
  if (format === 'ndjson' || (format === 'csv' && isFirst)) {
    yield* pieces;
    return;
  }
  let isAtFirstLine = true;
  for await (const line of linesOf(pieces)) {
    // the headings stand there already
    if (format === 'csv') {
      if (!isAtFirstLine) yield line;
    } else yield `${isFirst && isAtFirstLine ? '' : ','}\n${line.trimEnd()}`;
    isAtFirstLine = false;
  }
}

/** Lines with their ends. */
async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of pieces) {
    const parts = (rest + piece).split(/(?<=\n)/);
    rest = parts.at(-1)?.endsWith('\n') ? '' : (parts.pop() ?? '');
    yield* parts;
  }
  if (rest !== '') yield rest;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
