/** Texts and bytes in which something is looked for, by what they are called in a failure. */
export type Places = Record<string, string | Uint8Array>;

/** What must not be found, by name. */
export type Secrets = Record<string, string | Uint8Array>;

/** Everywhere that a secret stands in any of its forms: `secret (form) in place`. */
export function findSecrets(secrets: Secrets, places: Places): string[] {
  const needles = Object.entries(secrets).flatMap(([name, value]) =>
    [...formsOf(Buffer.from(value as string))].map(([form, bytes]) => ({
      name: `${name} (${form})`,
      bytes,
    })),
  );
  return Object.entries(places).flatMap(([place, content]) => {
    const bytes = Buffer.from(content as string);
    // hexadecimal digits come in both cases
    const lower = Buffer.from(bytes.toString('latin1').toLowerCase(), 'latin1');
    return needles
      .filter((needle) => (needle.name.endsWith('(hex)') ? lower : bytes).includes(needle.bytes))
      .map((needle) => `${needle.name} in ${place}`);
  });
}

function formsOf(value: Buffer): Map<string, Buffer> {
  if (value.length < 8) throw new Error('Too short to be told from chance');
  const forms = new Map([
    ['as it is', value],
    ['hex', Buffer.from(value.toString('hex'))],
    ['JSON', Buffer.from(JSON.stringify(value.toString()).slice(1, -1))],
    ['in an address', Buffer.from(encodeURIComponent(value.toString()))],
  ]);
  for (const before of [0, 1, 2]) {
    const encoded = base64Within(value, before);
    forms.set(`base64 after ${before}`, Buffer.from(encoded));
    const urlSafe = encoded.replaceAll('+', '-').replaceAll('/', '_');
    forms.set(`base64url after ${before}`, Buffer.from(urlSafe));
  }
  return forms;
}

/** The digits of base64 that are the value's alone when `before` (modulo 3) bytes stand before it. */
function base64Within(value: Buffer, before: number): string {
  const all = Buffer.concat([Buffer.alloc(before), value]);
  return all
    .toString('base64')
    .slice(Math.ceil((before * 8) / 6), Math.floor((all.length * 8) / 6));
}
