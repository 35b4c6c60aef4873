import {
  BinaryPayloadConverter,
  CompositePayloadConverter,
  JsonPayloadConverter,
  METADATA_ENCODING_KEY,
  type Payload,
  type PayloadConverterWithEncoding,
  UndefinedPayloadConverter,
  ValueError,
} from '@temporalio/common';
import { decode, encode } from '@temporalio/common/lib/encoding.js';
import type { JsonValue } from '../../domain/json.ts';
import { Secret } from '../../domain/secret.ts';

/** Encoding of a `Secret` before the codec has encrypted it; it must never be stored as it is. */
export const SECRET_ENCODING = 'json/runyard-secret';

class SecretPayloadConverter implements PayloadConverterWithEncoding {
  readonly encodingType = SECRET_ENCODING;

  toPayload(value: unknown): Payload | undefined {
    if (!Secret.is(value)) return undefined;
    return {
      metadata: { [METADATA_ENCODING_KEY]: encode(SECRET_ENCODING) },
      data: encode(JSON.stringify(value.reveal())),
    };
  }

  fromPayload<T>(payload: Payload): T {
    if (!payload.data) throw new ValueError('A secret payload has no data');
    return new Secret(JSON.parse(decode(payload.data)) as JsonValue) as T;
  }
}

/** The payload converter of every worker and client; it also runs inside the workflow sandbox. */
export const payloadConverter = new CompositePayloadConverter(
  new UndefinedPayloadConverter(),
  new BinaryPayloadConverter(),
  new SecretPayloadConverter(),
  new JsonPayloadConverter(),
);
