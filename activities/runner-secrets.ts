/** Shorter strings are no keys, and taking them out would make a log unreadable. */
const SHORTEST = 8;
/** Where the runner connects to and what it is called: no secrets, and likely in a log. */
const PUBLIC = new Set(['.runner', 'host', 'port', 'url', 'name']);

/**
 * Everything in a JIT configuration that must not stand in a log: the configuration itself, and the files
 * with credentials that are packed in it, as they're packed and unpacked, with each of their values. The configuration is base64 of a JSON object of file names with base64 contents; one of
 * another make is taken out as a whole.
 */
export function secretsOf(jitConfig: string): string[] {
  const secrets = new Set([jitConfig]);
  const unpacked = decode(jitConfig);
  if (unpacked !== null) secrets.add(unpacked);
  for (const [file, packed] of Object.entries(parseObject(unpacked))) {
    if (typeof packed !== 'string' || PUBLIC.has(file)) continue;
    const content = decode(packed);
    secrets.add(packed);
    if (content === null) continue;
    secrets.add(content);
    for (const value of strings(parseObject(content))) secrets.add(value);
  }
  const lines = [...secrets].flatMap((secret) => [secret, ...secret.split(/\r?\n/)]);
  return [...new Set(lines.map((line) => line.trim()))].filter(
    (secret) => secret.length >= SHORTEST && !/^https?:\/\//.test(secret),
  );
}

function decode(base64: string): string | null {
  if (!/^[A-Za-z0-9+/_=\s-]+$/.test(base64)) return null;
  return Buffer.from(base64, 'base64').toString('utf8');
}

function parseObject(json: string | null): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(strings);
}
