import { describe, expect, it } from 'vitest';
import type { ReaderSecret } from '../../../controller/ports/reader.ts';
import { type Booted, type CutLine, cutLine } from '../../support/osdp/cut-line.ts';
import { anotherKey, keyOf, reader } from '../../support/osdp/readers.ts';

const online = ({ inputs }: Booted): boolean => {
  const last = inputs.findLast(({ kind }) => kind === 'state');
  return last?.kind === 'state' && last.state === 'online';
};

interface Case {
  readonly name: string;
  /** The line as it is before, and what is on the controller's disk. */
  readonly arrange: () => { readonly line: CutLine; readonly kept?: ReaderSecret };
  readonly order: (booted: Booted) => void;
}

const cases: readonly Case[] = [
  {
    name: 'a reader from its box is commissioned',
    arrange: () => ({ line: cutLine(reader(1, false)) }),
    order: ({ readers }) => readers.keying.commission('hall', 60_000),
  },
  {
    name: 'another reader is commissioned in the place of a broken one',
    arrange: () => ({
      line: cutLine({ ...reader(2, false), address: 1 }),
      kept: { scbk: anotherKey, pinned: { cuid: '00068e0001020301', vendor: '00068e', model: 1, serial: 1 } },
    }),
    order: ({ readers }) => readers.keying.commission('hall', 60_000),
  },
  {
    name: 'a key is rotated',
    arrange: () => ({ line: cutLine(reader(1)), kept: { scbk: keyOf(1) } }),
    order: ({ readers }) => readers.keying.rotate('hall'),
  },
];

/** Up, as it is before, then ordered, then time for everything. */
async function played({ arrange, order }: Case, cutBefore?: number) {
  const { line, kept } = arrange();
  if (kept !== undefined) line.disk.set('hall', kept);
  const booted = await line.boot(cutBefore);
  booted.run(400);
  const before = booted.done();
  if (!booted.isCut()) booted.do(() => order(booted));
  booted.run(3_000);
  return { line, booted, before };
}

describe('a power cut before anything that the controller does while', () => {
  it.each(cases)('$name leaves a reader that works, or one that can be commissioned', async (each) => {
    const whole = await played(each);
    expect(online(whole.booted)).toBe(true);
    expect(whole.booted.inputs.map(({ kind }) => kind)).toContain('keyed');
    expect(whole.line.disk.get('hall')).toEqual({
      scbk: expect.any(Uint8Array),
      pinned: expect.objectContaining({ vendor: '00068e' }),
    });
    const until = Math.min(whole.booted.done(), whole.before + 40);
    for (let cutBefore = whole.before; cutBefore < until; cutBefore += 1) {
      const { line, booted } = await played(each, cutBefore);
      expect(booted.isCut(), `cut before ${cutBefore}`).toBe(true);
      // The reader drops the channel after 8 s of silence; the next start is no later than that.
      const next = await line.boot();
      next.run(12_000);
      const never = !next.inputs.some(({ kind }) => kind === 'keyed' || kind === 'device');
      if (never) {
        // KEYSET never went out: the reader is still in its installation mode, and the window is opened again.
        next.do(() => next.readers.keying.commission('hall', 60_000));
        next.run(12_000);
      }
      expect(online(next), `after a cut before ${cutBefore}`).toBe(true);
      expect(line.disk.get('hall')?.next, `after a cut before ${cutBefore}`).toBeUndefined();
    }
  });
});
