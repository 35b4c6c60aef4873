import fc from 'fast-check';
import { expect, it } from 'vitest';
import { demultiplex } from './demultiplex.ts';

function frame(stream: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let from = 0;
  for (const size of cuts) {
    yield bytes.subarray(from, from + size);
    from += size;
  }
  yield bytes.subarray(from);
}

it('gives both streams back, wherever the frames are cut', async () => {
  const frames = fc.array(
    fc.record({
      stream: fc.constantFrom(1 as const, 2 as const),
      bytes: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    }),
  );
  const cuts = fc.array(fc.integer({ min: 0, max: 12 }));
  await fc.assert(
    fc.asyncProperty(frames, cuts, async (sent, sizes) => {
      const wire = Buffer.concat(sent.map(({ stream, bytes }) => frame(stream, bytes)));
      const got = { 1: [] as Buffer[], 2: [] as Buffer[] };
      for await (const piece of demultiplex(inPieces(wire, sizes))) {
        got[piece.stream].push(piece.bytes);
      }
      for (const stream of [1, 2] as const) {
        const wanted = sent.filter((one) => one.stream === stream).map(({ bytes }) => bytes);
        expect(Buffer.concat(got[stream])).toEqual(Buffer.concat(wanted));
      }
    }),
  );
});

it('passes on what came of a frame that was cut off', async () => {
  const wire = frame(2, Buffer.from('whole')).subarray(0, 10);
  const pieces = [];
  for await (const piece of demultiplex(inPieces(wire, []))) pieces.push(piece);
  expect(pieces).toEqual([{ stream: 2, bytes: Buffer.from('wh') }]);
});
