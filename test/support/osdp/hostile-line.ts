/**
 * A secure session with somebody on the wires: genuine answers go through a hostile channel that splits them at every
 * place, puts noise between and forgeries among them, drops, doubles, delays and changes them. In virtual time; what
 * happens is decided by `choose` alone, so that a finding can be played again.
 */
import { encodeFrame } from '../../../drivers/osdp/frame/writer.ts';
import { encodeReply, type Reply } from '../../../drivers/osdp/messages/reply.ts';
import { lineOf } from './line.ts';
import { keyOf, link, reader } from './readers.ts';

/** A number from 0 to below `limit`. */
export type Choose = (limit: number) => number;

/** In a frame with its mark. */
const controlAt = 5;

const genuineKeys = ['4', '2', '#'] as const;
const genuineCard = { bits: 26, hex: 'bd88eb80' };
const forgedCard: Reply = {
  ...{ kind: 'RAW', reader: 0, format: 1, bits: 26 },
  data: Uint8Array.fromHex('11223340'),
};
const forgeries: readonly Reply[] = [
  forgedCard,
  { kind: 'KEYPAD', reader: 0, keys: ['9', '9', '#'] },
  { kind: 'ACK' },
  { kind: 'NAK', reason: 6 },
  { kind: 'NAK', reason: 5 },
  { kind: 'LSTATR', tamper: true, powerFailure: true },
  { kind: 'PDCAP', capabilities: [{ function: 9, level: 0, items: 0 }] },
  { kind: 'BUSY' },
];

function noise(choose: Choose): Uint8Array {
  const length = choose(24);
  return Uint8Array.from({ length }, () => (choose(4) === 0 ? 0x53 : choose(256)));
}

/**
 * Well formed and in time, without the key: with the sequence of the answer that it runs ahead of, in clear, or under a
 * block of the session with a MAC that is made up.
 */
function forgery(genuine: Uint8Array, choose: Choose): Uint8Array {
  const reply = forgeries[choose(forgeries.length)] ?? { kind: 'ACK' };
  const sequence = (genuine[controlAt] ?? 0) & 3;
  const envelope = { address: 1, reply: true, sequence, check: 'crc16' } as const;
  const message = encodeReply(reply);
  if (choose(2) === 0) return encodeFrame({ ...envelope, ...message });
  const security = { type: choose(2) === 0 ? 0x16 : 0x18, data: new Uint8Array() };
  const mac = Uint8Array.from({ length: 16 }, () => choose(256));
  return encodeFrame({ ...envelope, ...message, security }, () => mac);
}

function hostile(bytes: Uint8Array, choose: Choose, recorded: Uint8Array[]): readonly Uint8Array[] {
  recorded.push(bytes);
  if (recorded.length > 8) recorded.shift();
  const old = recorded[choose(recorded.length)] ?? bytes;
  // Often nothing: an attack ends the session, and the next one must come up to be attacked.
  switch (choose(30)) {
    case 0:
      return [noise(choose)];
    case 1:
      return [noise(choose), bytes];
    case 2:
      return [bytes, noise(choose)];
    case 3:
      return [forgery(bytes, choose), bytes];
    case 4:
      return [forgery(bytes, choose)];
    case 5:
      return [old, bytes];
    case 6:
      return [bytes, bytes];
    case 7: {
      const at = choose(bytes.length);
      return [bytes.map((byte, i) => (i === at ? byte ^ (1 << choose(8)) : byte))];
    }
    case 8:
      return [bytes.subarray(0, choose(bytes.length))];
    default: {
      // Whole, cut at two places.
      const [a, b] = [choose(bytes.length + 1), choose(bytes.length + 1)].sort((x, y) => x - y);
      return [bytes.subarray(0, a), bytes.subarray(a, b), bytes.subarray(b)];
    }
  }
}

export interface HostileOutcome {
  /** Whatever was reported that nobody at the reader did. */
  readonly strange: readonly string[];
  /** The most bytes that were kept of the line at once. */
  readonly mostKept: number;
  /** Once the wires are clean again. */
  readonly well: boolean;
}

/** So many exchanges under attack, then clean wires. */
export function hostileSession(choose: Choose, exchanges: number): HostileOutcome {
  let attacked = false;
  const recorded: Uint8Array[] = [];
  let mostKept = 0;
  const carry = (bytes: Uint8Array): readonly Uint8Array[] =>
    attacked ? hostile(bytes, choose, recorded) : [bytes];
  const line = lineOf({
    links: [{ ...link(1), scbk: keyOf(1) }],
    peripherals: [reader(1)],
    carry,
  });
  line.feed({ kind: 'opened' });
  line.run(500);
  line.forget();
  attacked = true;
  const done = { card: 0, keys: 0 };
  for (let i = 0; i < exchanges; i += 1) {
    if (choose(6) === 0) {
      done.keys += 1;
      line.act(1, { kind: 'press', keys: genuineKeys });
    }
    if (choose(6) === 0) {
      done.card += 1;
      line.act(1, { kind: 'card', bits: genuineCard.bits, data: Uint8Array.fromHex(genuineCard.hex) });
    }
    line.run(50);
    mostKept = Math.max(mostKept, line.bus.pending.length);
  }
  attacked = false;
  const strange = line.reports.flatMap((report) => {
    if (report.kind === 'card')
      return report.bits === genuineCard.bits && report.hex === genuineCard.hex
        ? []
        : [JSON.stringify(report)];
    if (report.kind === 'keys')
      return report.keys.join('') === genuineKeys.join('') ? [] : [JSON.stringify(report)];
    if (report.kind === 'local') return report.tamper || report.powerFailure ? [JSON.stringify(report)] : [];
    return report.kind === 'keyed' || report.kind === 'keyFailed' ? [JSON.stringify(report)] : [];
  });
  for (const kind of ['card', 'keys'] as const) {
    const heard = line.reports.filter((report) => report.kind === kind).length;
    if (heard > done[kind]) strange.push(`${heard} times ${kind}, of ${done[kind]}`);
  }
  const isWell = (): boolean => line.bus.links[0]?.status === 'online';
  // A forged MAC makes the next try wait, up to a minute.
  for (let seconds = 0; seconds < 70 && !isWell(); seconds += 1) line.run(1_000);
  return { strange, mostKept, well: isWell() };
}
