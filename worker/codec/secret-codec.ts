import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';
import { decode, encode } from '@temporalio/common/lib/encoding.js';
import type { PayloadKeys } from './keys.ts';
import { SECRET_ENCODING } from './payload-converter.ts';

const ENCRYPTED_ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts the payloads that hold a `Secret` (AES-256-GCM, key id in the metadata and bound to the
 * ciphertext) and leaves every other payload readable, so that operators can read a history.
 * What an old key encrypted is decrypted as long as that key is among `keys`.
 */
export class SecretCodec implements PayloadCodec {
  readonly #keys: PayloadKeys;

  constructor(keys: PayloadKeys) {
    this.#keys = keys;
  }

  async encode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      encodingOf(payload) === SECRET_ENCODING ? this.#encrypt(payload) : payload,
    );
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) =>
      encodingOf(payload) === ENCRYPTED_ENCODING ? this.#decrypt(payload) : payload,
    );
  }

  #encrypt(payload: Payload): Payload {
    const { id, key } = this.#keys.current;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(encode(id));
    const sealed = Buffer.concat([cipher.update(payload.data ?? new Uint8Array()), cipher.final()]);
    return {
      metadata: { [METADATA_ENCODING_KEY]: encode(ENCRYPTED_ENCODING), [KEY_ID]: encode(id) },
      data: Buffer.concat([nonce, sealed, cipher.getAuthTag()]),
    };
  }

  #decrypt(payload: Payload): Payload {
    const id = payload.metadata?.[KEY_ID] ? decode(payload.metadata[KEY_ID]) : '';
    const key = this.#keys.byId.get(id);
    if (!key) {
      throw new Error(
        `A secret was encrypted with key "${id}", which is not among PAYLOAD_ENCRYPTION_KEYS: add that key again behind the current one`,
      );
    }
    const data = Buffer.from(payload.data ?? new Uint8Array());
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES))
      .setAAD(encode(id))
      .setAuthTag(data.subarray(data.length - TAG_BYTES));
    const opened = Buffer.concat([
      decipher.update(data.subarray(NONCE_BYTES, data.length - TAG_BYTES)),
      decipher.final(),
    ]);
    return { metadata: { [METADATA_ENCODING_KEY]: encode(SECRET_ENCODING) }, data: opened };
  }
}

function encodingOf(payload: Payload): string {
  const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
  return encoding ? decode(encoding) : '';
}
