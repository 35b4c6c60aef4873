import type { Runner } from '../entities.ts';

/**
 * The JIT configuration of a runner: base64, as GitHub's is, of what the demo runner needs to connect.
 * Its content is our own: only the demo runner of `docker/demo-runner` understands it.
 */
export function encodeJitConfig(
  server: { host: string; port: number },
  runner: Runner,
  token: string,
): string {
  const content = { host: server.host, port: String(server.port), name: runner.name, token };
  return Buffer.from(JSON.stringify(content)).toString('base64');
}
