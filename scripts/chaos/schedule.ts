/** Which faults a round of chaos has, and when: the same for the same seed. */
import { type DeviceName, devices } from './building.ts';
import type { Prng } from './prng.ts';

export type Fault =
  /** `anyMoment`: also while it starts; else only once it has worked for a while, however slow this machine is. */
  | { readonly kind: 'killDevice'; readonly device: DeviceName; readonly anyMoment: boolean }
  | { readonly kind: 'killHeadEnd' }
  | { readonly kind: 'killBroker' }
  | { readonly kind: 'cut'; readonly line: DeviceName | 'headEnd' }
  | { readonly kind: 'blackHole'; readonly line: DeviceName | 'headEnd'; readonly ms: number }
  /** The head-end is killed and copies its database for later. */
  | { readonly kind: 'backUp' }
  /** The head-end is killed and begins again from the last copy. */
  | { readonly kind: 'restore' }
  | { readonly kind: 'damageReplica' | 'damageEvents'; readonly device: DeviceName; readonly draw: number }
  | { readonly kind: 'fillDisk'; readonly ms: number }
  | { readonly kind: 'clock'; readonly device: DeviceName; readonly to: '1970' | 'aYearOn' | 'right' };

export interface Planned {
  /** From the beginning of the round. */
  readonly atMs: number;
  readonly fault: Fault;
}

export type FaultKind = Fault['kind'];

/** How often each comes; only their proportion matters. */
export const weights: Readonly<Record<FaultKind, number>> = {
  killDevice: 62,
  killHeadEnd: 8,
  killBroker: 5,
  cut: 10,
  blackHole: 6,
  backUp: 4,
  restore: 3,
  damageReplica: 4,
  damageEvents: 2,
  fillDisk: 4,
  clock: 10,
};

const meanPauseMs = 1_100;
/** Long enough after the beginning for something to be lost. */
const firstAfterMs = 500;

export function planRound(
  prng: Prng,
  lengthMs: number,
  of: Readonly<Partial<Record<FaultKind, number>>> = weights,
): readonly Planned[] {
  const planned: Planned[] = [];
  for (let atMs = firstAfterMs; atMs < lengthMs; atMs += meanPauseMs * (0.3 + 1.4 * prng.next())) {
    planned.push({ atMs: Math.round(atMs), fault: draw(prng, of) });
  }
  return planned;
}

function draw(prng: Prng, of: Readonly<Partial<Record<FaultKind, number>>>): Fault {
  const kinds = Object.entries(of) as [FaultKind, number][];
  let left = prng.next() * kinds.reduce((sum, [, weight]) => sum + weight, 0);
  const [kind] = kinds.find(([, weight]) => {
    left -= weight;
    return left < 0;
  }) ?? ['killDevice'];
  return detail(kind, prng);
}

function detail(kind: FaultKind, prng: Prng): Fault {
  const device = prng.pick(devices);
  const line = prng.pick([...devices, 'headEnd'] as const);
  switch (kind) {
    case 'killDevice':
      return { kind, device, anyMoment: prng.chance(0.3) };
    case 'cut':
      return { kind, line };
    case 'blackHole':
      return { kind, line, ms: 1_000 + prng.int(4_000) };
    case 'damageReplica':
    case 'damageEvents':
      return { kind, device, draw: prng.next() };
    case 'fillDisk':
      return { kind, ms: 1_500 + prng.int(3_000) };
    case 'clock':
      return { kind, device, to: prng.pick(['1970', 'aYearOn', 'right'] as const) };
    case 'killHeadEnd':
    case 'killBroker':
    case 'backUp':
    case 'restore':
      return { kind };
    default:
      return kind satisfies never;
  }
}

export const faultText = (fault: Fault): string =>
  Object.values(fault)
    .map((value) => (typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : value))
    .join(' ');
