/** SHA-256; given by the caller, as the domain has no `node:crypto`. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** Where the chain stands after an event. */
export interface ChainHead {
  sequence: number;
  /** 32 bytes */
  hash: Uint8Array;
}

/** Before the first event. */
export const GENESIS: ChainHead = { sequence: 0, hash: new Uint8Array(32) };

const encoder = new TextEncoder();

/**
 * The hash of an event: SHA-256 of the hash before it, its sequence (8 bytes, big-endian), and its
 * content in UTF-8. The same as `audit_seal` computes in the database.
 */
export function chainHash(
  sha256: Sha256,
  prevHash: Uint8Array,
  sequence: number,
  content: string,
): Uint8Array {
  const text = encoder.encode(content);
  const bytes = new Uint8Array(prevHash.length + 8 + text.length);
  bytes.set(prevHash);
  new DataView(bytes.buffer).setBigInt64(prevHash.length, BigInt(sequence));
  bytes.set(text, prevHash.length + 8);
  return sha256(bytes);
}

/** True when both hold the same bytes. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) {
    if (one[index] !== other[index]) return false;
  }
  return true;
}
