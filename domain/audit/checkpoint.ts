/** Where the chain stood at a moment, signed with a key that the database doesn't hold. */
export interface Checkpoint {
  sequence: number;
  /** 32 bytes */
  hash: Uint8Array;
  /** RFC 3339 */
  signedAt: string;
  keyId: string;
  /** Ed25519 over {@link checkpointText} */
  signature: Uint8Array;
}

const encoder = new TextEncoder();

/** What a checkpoint's signature covers. */
export function checkpointText(point: Omit<Checkpoint, 'signature'>): Uint8Array {
  const { sequence, hash, signedAt, keyId } = point;
  return encoder.encode(
    `runyard-audit-checkpoint\n${sequence}\n${hex(hash)}\n${signedAt}\n${keyId}`,
  );
}

/** A checkpoint as JSON, for files. */
export interface CheckpointRecord {
  sequence: number;
  /** hex */
  hash: string;
  signed_at: string;
  key_id: string;
  /** hex */
  signature: string;
}

export function toCheckpointRecord(point: Checkpoint): CheckpointRecord {
  return {
    sequence: point.sequence,
    hash: hex(point.hash),
    signed_at: point.signedAt,
    key_id: point.keyId,
    signature: hex(point.signature),
  };
}

/** @throws Error when it's none */
export function fromCheckpointRecord(value: unknown): Checkpoint {
  const { sequence, hash, signed_at, key_id, signature } = value as CheckpointRecord;
  if (!Number.isSafeInteger(sequence) || typeof signed_at !== 'string') {
    throw new Error('not a checkpoint');
  }
  return {
    sequence,
    hash: fromHex(hash),
    signedAt: signed_at,
    keyId: String(key_id),
    signature: fromHex(signature),
  };
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @throws Error for anything but pairs of hexadecimal digits */
export function fromHex(text: unknown): Uint8Array {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text))
    throw new Error('not hexadecimal');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
