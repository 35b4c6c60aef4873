/** A piece of a container's output. */
export interface OutputPiece {
  /** 1: standard output, 2: standard error */
  stream: 1 | 2;
  bytes: Buffer;
}

const HEADER_BYTES = 8;

/**
 * Takes apart the stream of a container without a terminal: frames of a stream's number, three zero
 * bytes, a length (32 bits, big-endian) and the output. A frame's output is passed on as it comes, not
 * kept until it is whole, and nothing is read ahead of the consumer. A frame cut off is passed on too.
 */
export async function* demultiplex(source: AsyncIterable<Buffer>): AsyncGenerator<OutputPiece> {
  let header = Buffer.alloc(0);
  let stream: 1 | 2 = 1;
  let left = 0;
  for await (let chunk of source) {
    while (chunk.length > 0) {
      if (left === 0) {
        const wanted = HEADER_BYTES - header.length;
        header = Buffer.concat([header, chunk.subarray(0, wanted)]);
        chunk = chunk.subarray(wanted);
        if (header.length < HEADER_BYTES) break;
        stream = header[0] === 2 ? 2 : 1;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const bytes = chunk.subarray(0, left);
      left -= bytes.length;
      chunk = chunk.subarray(bytes.length);
      yield { stream, bytes };
    }
  }
}
