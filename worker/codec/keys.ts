const KEY_BYTES = 32;

/** The keys for payloads: one that encrypts, all that decrypt. */
export interface PayloadKeys {
  current: { id: string; key: Buffer };
  byId: ReadonlyMap<string, Buffer>;
}

/**
 * Reads `id:base64,id:base64`; the first key encrypts.
 *
 * @throws Error that names what is wrong, never the key
 */
export function parsePayloadKeys(text: string): PayloadKeys {
  const entries = text.split(',').map((entry) => {
    const colon = entry.indexOf(':');
    const id = entry.slice(0, Math.max(colon, 0)).trim();
    const key = Buffer.from(entry.slice(colon + 1).trim(), 'base64');
    if (id === '')
      throw new Error('PAYLOAD_ENCRYPTION_KEYS: every key needs an id, as in id:base64');
    if (key.length !== KEY_BYTES) {
      throw new Error(`PAYLOAD_ENCRYPTION_KEYS: key "${id}" must be ${KEY_BYTES} bytes, in base64`);
    }
    return { id, key };
  });
  const [current] = entries;
  if (!current) throw new Error('PAYLOAD_ENCRYPTION_KEYS is empty');
  const byId = new Map(entries.map(({ id, key }) => [id, key]));
  if (byId.size !== entries.length)
    throw new Error('PAYLOAD_ENCRYPTION_KEYS: two keys have one id');
  return { current, byId };
}
