import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxFrameBytes } from '../../../drivers/osdp/frame/constants.ts';
import { encodeFrame } from '../../../drivers/osdp/frame/writer.ts';
import type { LinkRefusal } from '../../../drivers/osdp/link/link-state.ts';
import { capabilityFunctions } from '../../../drivers/osdp/messages/pdcap.ts';
import { encodeReply } from '../../../drivers/osdp/messages/reply.ts';
import type { Fault } from '../../../drivers/osdp/peripheral/faults.ts';
import { bytes, hex } from '../../support/osdp/bytes.ts';
import { type Line, lineOf } from '../../support/osdp/line.ts';
import { anotherKey, keyOf, link, reader } from '../../support/osdp/readers.ts';

const refusals = (line: Line) =>
  line.reports.flatMap((report) => (report.kind === 'refused' ? [report.refusal] : []));
const statuses = (line: Line) =>
  line.reports.flatMap((report) => (report.kind === 'status' ? [report.status] : []));
const events = (line: Line) =>
  line.reports.filter(({ kind }) => !['status', 'refused', 'failed', 'keyFailed'].includes(kind));

function opened(options: Partial<Parameters<typeof lineOf>[0]> = {}): Line {
  const line = lineOf({ links: [link(1)], peripherals: [reader(1)], ...options });
  line.feed({ kind: 'opened' });
  return line;
}
function online(): Line {
  const line = opened();
  line.run(500);
  line.forget();
  return line;
}
const always = 1_000_000;
const card = { kind: 'card', bits: 26, data: bytes('BD88EB80') } as const;

describe('in the handshake a panel refuses', () => {
  it.each<[what: string, fault: Fault, refusal: LinkRefusal]>([
    ['a reader that claims to know no secure channel', 'forgedCapability', 'secureChannelRefused'],
    ['SCBK-D where our key was asked for', 'defaultKey', 'keySelector'],
    ['a cryptogram that is not of our key', 'badCryptogram', 'cryptogram'],
    ['an RMAC_I that is not of our key', 'badInitialMac', 'initialMac'],
  ])('%s: never online, no event, told once', (_, fault, refusal) => {
    const line = opened();
    line.act(1, { kind: 'fault', fault, times: always });
    line.act(1, card);
    line.run(60_000);
    expect(refusals(line)).toEqual([refusal]);
    expect(statuses(line)).toEqual(['securing', 'refused']);
    expect(events(line)).toEqual([]);
  });

  it('a reader in installation mode that we have a key for: no falling back to SCBK-D', () => {
    const line = opened({ peripherals: [reader(1, false)] });
    line.act(1, card);
    line.run(60_000);
    expect(refusals(line)).toEqual(['secureChannelRefused']);
    expect(events(line)).toEqual([]);
    // Every challenge that went out named our key.
    const challenges = line.said.map(({ bytes: said }) => hex(said)).filter((said) => said.includes('0311'));
    expect(challenges.length).toBeGreaterThan(0);
    expect(challenges.every((said) => said.slice(12).startsWith('031101'))).toBe(true);
  });

  it('a reader with another key', () => {
    const line = opened({ peripherals: [{ ...reader(1), scbk: anotherKey }] });
    line.run(60_000);
    expect(refusals(line)).toEqual(['cryptogram']);
    expect(events(line)).toEqual([]);
  });

  const pinned = { cuid: '00068e0001020301', vendor: '00068e', model: 1, serial: 1_001 };
  it.each<[what: string, fault: Fault, refusal: LinkRefusal]>([
    ['another cUID than the pinned one', 'otherCuid', 'cuidChanged'],
    ['another serial number than the pinned one', 'otherSerial', 'identityChanged'],
  ])('%s, although it has the key', (_, fault, refusal) => {
    const line = opened({ links: [{ ...link(1), pinned }] });
    line.act(1, { kind: 'fault', fault, times: always });
    line.act(1, card);
    line.run(30_000);
    expect(refusals(line)).toEqual([refusal]);
    expect(events(line)).toEqual([]);
  });

  it('another identity than the first one, pinned or not', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'otherSerial', times: always });
    line.act(1, { kind: 'powerCut' });
    line.run(5_000);
    expect(refusals(line)).toEqual(['identityChanged']);
  });

  it('to go on at once after a refusal: 1 s, then twice as long each time, a minute at most', () => {
    const line = opened();
    line.act(1, { kind: 'fault', fault: 'badCryptogram', times: always });
    line.run(400_000);
    const probes = line.said.filter(({ bytes: said }) => said[6] === 0x61).map(({ atMs }) => atMs);
    const pauses = probes.map((atMs, i) => Math.round((atMs - (probes[i - 1] ?? 0)) / 1_000)).slice(1);
    expect(pauses.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });
});

describe('once the channel is up a panel refuses', () => {
  it.each<[what: string, fault: Fault, refusal: LinkRefusal]>([
    ['an answer with a wrong MAC', 'badMac', 'mac'],
    ['an answer recorded before', 'replay', 'mac'],
  ])('%s: the channel ends, it is told, and a new one is set up later', (_, fault, refusal) => {
    const line = online();
    line.act(1, { kind: 'fault', fault, times: 1 });
    line.run(5_000);
    expect(refusals(line)).toEqual([refusal]);
    expect(statuses(line)).toEqual(['refused', 'online']);
    const [down, up] = line.reports.filter(({ kind }) => kind === 'status');
    expect((up?.atMs ?? 0) - (down?.atMs ?? 0)).toBeGreaterThan(1_000);
  });

  it('a replayed card: it is no second read', () => {
    const line = online();
    line.act(1, card);
    line.run(60);
    line.act(1, { kind: 'fault', fault: 'replay', times: 1 });
    line.run(500);
    expect(events(line)).toMatchObject([{ kind: 'card' }]);
    expect(refusals(line)).toEqual(['mac']);
  });

  it('answers without a MAC, and waits for the genuine one', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'plainReplies', times: 1 });
    line.act(1, card);
    line.run(500);
    expect(refusals(line)).toEqual(['plain']);
    expect(events(line)).toMatchObject([{ kind: 'card' }]);
    expect(statuses(line)).toEqual([]);
  });

  it('answers without a MAC for ever: nothing of them is heard, and the reader is offline', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'plainReplies', times: always });
    line.act(1, card);
    line.run(500);
    expect(refusals(line)).toEqual(['plain']);
    line.run(500);
    expect(statuses(line)).toContain('offline');
    expect(events(line)).toEqual([]);
  });

  it('to believe a plain NAK more than that the channel is lost: the same key again', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'plainNak', times: 1 });
    line.act(1, card);
    line.run(1_000);
    expect(statuses(line)).toEqual(['securing', 'online']);
    expect(refusals(line)).toEqual([]);
    expect(line.bus.links[0]?.phase).toMatchObject({ choice: { kind: 'own', key: keyOf(1) } });
  });

  it('to be kept busy by plain NAKs: each new handshake waits longer', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'plainNak', times: always });
    line.run(60_000);
    expect(line.said.length).toBeLessThan(60);
    expect(events(line)).toEqual([]);
  });

  it('to spend the line on a reader that loses its channel again and again', () => {
    const line = online();
    for (let i = 0; i < 100; i += 1) {
      line.act(1, { kind: 'powerCut' });
      line.run(100);
    }
    const handshakes = statuses(line).filter((status) => status === 'online').length;
    expect(handshakes).toBeGreaterThan(2);
    expect(handshakes).toBeLessThan(10);
  });

  it('an authenticated answer to something else', () => {
    const line = online();
    line.act(1, { kind: 'fault', fault: 'unexpectedReply', times: 4 });
    line.feed({ kind: 'order', address: 1, order: { kind: 'request', id: 'a', command: { kind: 'LSTAT' } } });
    line.run(1_000);
    expect(refusals(line)).toEqual(['unexpectedReply']);
    expect(line.reports).toContainEqual(
      expect.objectContaining({ kind: 'failed', id: 'a', why: 'unexpectedReply' }),
    );
    expect(statuses(line)).toEqual([]);
  });

  it('to carry a command over into another session', () => {
    const line = online();
    const outputs = [{ output: 0, control: 'temporaryOn', timerMs: 5_000 }] as const;
    line.act(1, { kind: 'powerCut' });
    line.feed({
      kind: 'order',
      address: 1,
      order: { kind: 'request', id: 'a', command: { kind: 'OUT', outputs } },
    });
    line.run(2_000);
    expect(line.reports).toMatchObject([{ kind: 'failed', id: 'a', why: 'channelLost' }, {}, {}, {}]);
    expect(line.did.map(({ command }) => command.kind)).not.toContain('OUT');
  });

  it('to change anything for a capability that denies what the channel proves', () => {
    const capabilities = [{ function: capabilityFunctions.communicationSecurity, level: 0, items: 0 }];
    const line = opened({ peripherals: [{ ...reader(1), capabilities }] });
    line.act(1, card);
    line.run(1_000);
    line.act(1, { kind: 'fault', fault: 'plainReplies', times: 2 });
    line.act(1, { kind: 'press', keys: ['1'] });
    line.run(220);
    expect(statuses(line)).toEqual(['securing', 'online']);
    expect(refusals(line)).toEqual(['plain']);
    expect(events(line).map(({ kind }) => kind)).not.toContain('keys');
  });
});

describe('from an unauthenticated frame nothing comes', () => {
  /** Well-formed answers that anybody on the line could make. */
  const forgery = fc
    .record({
      address: fc.constantFrom(0, 1, 2),
      sequence: fc.nat(3),
      check: fc.constantFrom('crc16' as const, 'checksum' as const),
      type: fc.constantFrom(undefined, 0x12, 0x14, 0x16, 0x18, 0x15),
      selector: fc.constantFrom('', '00', '01'),
      message: fc.constantFrom(
        encodeReply({ kind: 'RAW', reader: 0, format: 1, bits: 26, data: bytes('BD88EB80') }),
        encodeReply({ kind: 'KEYPAD', reader: 0, keys: ['1', '#'] }),
        encodeReply({ kind: 'LSTATR', tamper: true, powerFailure: false }),
        encodeReply({ kind: 'ACK' }),
        encodeReply({ kind: 'NAK', reason: 6 }),
        encodeReply({ kind: 'BUSY' }),
        encodeReply({ kind: 'RMAC_I', mac: new Uint8Array(16) }),
        encodeReply({
          kind: 'CCRYPT',
          cuid: new Uint8Array(8),
          rndB: new Uint8Array(8),
          cryptogram: new Uint8Array(16),
        }),
      ),
    })
    .map(({ address, sequence, check, type, selector, message }) =>
      encodeFrame(
        {
          address,
          reply: true,
          sequence,
          check,
          ...(type === undefined ? {} : { security: { type, data: bytes(selector) } }),
          ...message,
        },
        () => new Uint8Array(16),
      ),
    );
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    forgery,
    fc.constant(bytes('53 81 A0 05 04')),
    forgery.map((frame) => frame.subarray(0, frame.length - 1)),
  );

  it.each([
    ['before the channel', 0],
    ['inside it', 500],
  ])('%s, whatever comes in, split anywhere: no crash, no buffer that grows, no event', (_, beforeMs) => {
    fc.assert(
      fc.property(fc.array(fc.tuple(junk, fc.nat(60), fc.nat(80)), { maxLength: 40 }), (attack) => {
        const line = opened();
        line.run(beforeMs);
        line.plug(1, false);
        line.forget();
        for (const [chunk, at, waitMs] of attack) {
          line.feed({ kind: 'bytes', bytes: chunk.subarray(0, at) });
          line.feed({ kind: 'bytes', bytes: chunk.subarray(at) });
          line.run(waitMs);
          expect(line.bus.pending.length).toBeLessThan(maxFrameBytes);
        }
        expect(events(line)).toEqual([]);
        expect(statuses(line)).not.toContain('online');
      }),
      { numRuns: 150 },
    );
  });

  it('and a reader that is attacked so comes back by itself', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(junk, fc.nat(20)), { maxLength: 20 }), (attack) => {
        const line = online();
        for (const [chunk, waitMs] of attack) {
          line.feed({ kind: 'bytes', bytes: chunk });
          line.run(waitMs);
        }
        line.run(180_000);
        line.act(1, card);
        line.run(1_000);
        expect(line.bus.links[0]?.status).toBe('online');
        expect(events(line).filter(({ kind }) => kind === 'card')).toHaveLength(1);
      }),
      { numRuns: 10 },
    );
  });
});
