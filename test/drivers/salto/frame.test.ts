import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf, maxBodyBytes, nothingPending, readFrames } from '../../../drivers/salto/ship/frame.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What comes of bytes that arrive in these pieces. */
function received(pieces: readonly Uint8Array[]) {
  const bodies: Uint8Array[] = [];
  let pending = nothingPending;
  for (const piece of pieces) {
    const read = readFrames(pending, piece);
    bodies.push(...read.bodies);
    if (read.fault !== undefined) return { bodies, pending: nothingPending, fault: read.fault };
    pending = read.pending;
  }
  return { bodies, pending, fault: undefined };
}

const inPieces = (bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] => {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
};

describe('SHIP framing', () => {
  it('counts bytes, not characters', () => {
    expect(new TextDecoder().decode(frameOf(utf8('<A>é</A>')))).toBe('STP/00/9/<A>é</A>');
  });

  it('finds the same bodies wherever the line splits them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (bodies, cuts) => {
          const stream = Uint8Array.from(bodies.flatMap((body) => [...frameOf(body)]));
          expect(received(inPieces(stream, cuts))).toEqual({
            bodies,
            pending: nothingPending,
            fault: undefined,
          });
        },
      ),
    );
  });

  it('says of any bytes at all the same whether they come whole or one by one', () => {
    const nearlyShip = fc
      .tuple(
        fc.constantFrom('STP/00/', 'STP/00/3/', 'STP/00/12', 'STP/01/'),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(([start, rest]) => Uint8Array.from([...utf8(start), ...rest]));
    fc.assert(
      fc.property(fc.oneof(nearlyShip, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        expect(received([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(received([bytes]));
      }),
    );
  });

  it('keeps a copy of what has begun, whatever becomes of the buffer that it came in', () => {
    const chunk = utf8('STP/00/5/ab');
    const { pending } = readFrames(nothingPending, chunk);
    chunk.fill(0);
    expect(received([pending, utf8('cde')]).bodies).toEqual([utf8('abcde')]);
  });

  it.each([
    ['HTTP/1.1 400', 'notShip'],
    ['STP/00//', 'notShip'],
    ['STP/00/-1/', 'notShip'],
    ['STP/00/1.5/', 'notShip'],
    [`STP/00/${maxBodyBytes + 1}/`, 'oversized'],
    ['STP/00/999999999', 'oversized'],
    ['STP/00/00000000000000000001/', 'oversized'],
  ])('refuses %j as %s, and looks at nothing after it', (text, fault) => {
    expect(readFrames(nothingPending, utf8(`${text}STP/00/1/x`))).toEqual({
      bodies: [],
      pending: nothingPending,
      fault,
    });
  });

  it('hands on what came whole before a fault', () => {
    expect(readFrames(nothingPending, utf8('STP/00/1/xSTO'))).toMatchObject({
      bodies: [utf8('x')],
      fault: 'notShip',
    });
  });
});
