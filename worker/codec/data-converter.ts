import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { parsePayloadKeys } from './keys.ts';
import { SecretCodec } from './secret-codec.ts';

/** Where the payload converter stands, as workers and the workflow bundle want it. */
export const PAYLOAD_CONVERTER_PATH = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './payload-converter.ts' : './payload-converter.js',
    import.meta.url,
  ),
);

/**
 * The data converter of every worker and of clients that read secrets.
 *
 * @param keys - `id:base64,id:base64`, see PAYLOAD_ENCRYPTION_KEYS
 */
export function createDataConverter(keys: string): DataConverter {
  return {
    payloadConverterPath: PAYLOAD_CONVERTER_PATH,
    payloadCodecs: [new SecretCodec(parsePayloadKeys(keys))],
  };
}
