/** Milliseconds. */
const PATIENCE = 5_000;
/** Bytes; the largest documents of this kind have some ten thousand. */
const MOST_BYTES = 512 * 1024;

/**
 * Reads a JSON document of an identity provider: of bounded size, within bounded time, and from the
 * very address that was named.
 *
 * @throws Error that says what went wrong; for the log, not for users
 */
export async function fetchDocument(url: string): Promise<Response> {
  const response = await fetch(url, {
    headers: { Accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`${url} answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // an answer of status 200 has a body, if an empty one
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new Error(`${url} answered more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: 200, headers: response.headers });
}
