/**
 * A two-wire line in virtual time: the panel's bus machine at one end, peripherals at the other, and bytes between them.
 * Nothing waits for a clock; `run` lets time pass.
 */

import { type BusInput, type BusState, newBus, stepBus } from '../../../drivers/osdp/link/bus-machine.ts';
import type { LinkReport, LinkSettings } from '../../../drivers/osdp/link/link-state.ts';
import { onLineMs } from '../../../drivers/osdp/link/timing.ts';
import type { Command } from '../../../drivers/osdp/messages/command.ts';
import { stepPeripheral } from '../../../drivers/osdp/peripheral/peripheral-machine.ts';
import {
  newPeripheral,
  type PeripheralAction,
  type PeripheralSettings,
  type PeripheralState,
} from '../../../drivers/osdp/peripheral/peripheral-state.ts';

const replyMs = 2;

export interface Line {
  readonly nowMs: number;
  readonly bus: BusState;
  readonly peripherals: readonly PeripheralState[];
  /** Since the beginning, or since `forget`. */
  readonly reports: readonly (LinkReport & { readonly address: number; readonly atMs: number })[];
  readonly noises: readonly boolean[];
  readonly reopenings: readonly number[];
  /** What the panel transmitted. */
  readonly said: readonly { readonly atMs: number; readonly bytes: Uint8Array }[];
  readonly did: readonly { readonly address: number; readonly command: Command; readonly atMs: number }[];
  run(ms: number): void;
  forget(): void;
  feed(input: BusInput): void;
  act(address: number, action: PeripheralAction): void;
  /** Takes a peripheral's wires off, or puts them back. */
  plug(address: number, plugged: boolean): void;
}

export interface LineOptions {
  readonly links: readonly LinkSettings[];
  readonly peripherals: readonly PeripheralSettings[];
  /** What becomes of a peripheral's bytes on their way: split, with noise between. */
  readonly carry?: (bytes: Uint8Array) => readonly Uint8Array[];
  /** The pieces come as quickly as the line's speed lets them, not all at once. */
  readonly paced?: boolean;
  /** The adapter hears itself. */
  readonly echo?: boolean;
}

export function lineOf({
  links,
  peripherals,
  carry = (bytes) => [bytes],
  paced = false,
  echo = false,
}: LineOptions): Line {
  let nowMs = 0;
  let bus = newBus(links);
  let pds = peripherals.map(newPeripheral);
  let wakeMs: number | undefined;
  let counter = 0;
  const unplugged = new Set<number>();
  const later: { readonly atMs: number; readonly run: () => void }[] = [];
  const line = {
    reports: [] as Line['reports'][number][],
    noises: [] as boolean[],
    reopenings: [] as number[],
    said: [] as Line['said'][number][],
    did: [] as Line['did'][number][],
  };

  /** Eight bytes that never come twice. */
  const fresh = (): Uint8Array => {
    counter += 1;
    const bytes = new Uint8Array(8).fill(0xa5);
    new DataView(bytes.buffer).setUint32(0, counter);
    return bytes;
  };

  function feed(input: BusInput): void {
    const step = stepBus(bus, input, { nowMs, rndA: fresh() });
    bus = step.state;
    wakeMs = undefined;
    for (const effect of step.effects) {
      switch (effect.kind) {
        case 'transmit':
          line.said.push({ atMs: nowMs, bytes: effect.bytes });
          transmit(effect.bytes);
          break;
        case 'report':
          line.reports.push({ ...effect.report, address: effect.address, atMs: nowMs });
          break;
        case 'noise':
          line.noises.push(effect.noisy);
          break;
        case 'reopen':
          line.reopenings.push(nowMs);
          break;
        case 'wake':
          wakeMs = effect.atMs;
          break;
        default:
          effect satisfies never;
      }
    }
  }

  function transmit(bytes: Uint8Array): void {
    const arrives = nowMs + onLineMs(bytes.length, links[0]?.baudRate ?? 115_200);
    if (echo) later.push({ atMs: arrives, run: () => feed({ kind: 'bytes', bytes }) });
    for (const index of pds.keys()) later.push({ atMs: arrives, run: () => hear(index, bytes) });
  }

  function hear(index: number, bytes: Uint8Array): void {
    const pd = pds[index];
    if (pd === undefined || unplugged.has(pd.address)) return;
    const step = stepPeripheral(pd, { kind: 'bytes', bytes, nowMs, rndB: fresh() });
    pds = pds.with(index, step.state);
    for (const effect of step.effects) {
      if (effect.kind === 'did') line.did.push({ address: pd.address, command: effect.command, atMs: nowMs });
      else {
        let carried = 0;
        carry(effect.bytes).forEach((bytes, i) => {
          carried += bytes.length;
          const tookMs = paced ? onLineMs(carried, links[0]?.baudRate ?? 115_200) : i * 0.01;
          later.push({
            atMs: nowMs + replyMs + effect.afterMs + tookMs,
            run: () => feed({ kind: 'bytes', bytes }),
          });
        });
      }
    }
  }

  return {
    ...line,
    get nowMs() {
      return nowMs;
    },
    get bus() {
      return bus;
    },
    get peripherals() {
      return pds;
    },
    feed,
    run(ms) {
      const untilMs = nowMs + ms;
      for (let standing = 0; standing < 1_000; ) {
        later.sort((a, b) => a.atMs - b.atMs);
        const nextMs = Math.min(later[0]?.atMs ?? Infinity, Math.max(wakeMs ?? Infinity, nowMs));
        if (nextMs > untilMs) break;
        standing = nextMs > nowMs ? 0 : standing + 1;
        nowMs = nextMs;
        if (later[0]?.atMs === nextMs) later.shift()?.run();
        else feed({ kind: 'tick' });
        if (standing === 999) throw new Error(`Time stands still at ${nowMs} ms.`);
      }
      nowMs = untilMs;
    },
    forget() {
      for (const list of Object.values(line)) list.length = 0;
    },
    act(address, action) {
      const index = pds.findIndex((pd) => pd.address === address);
      const pd = pds[index];
      if (pd !== undefined) pds = pds.with(index, stepPeripheral(pd, { kind: 'act', action }).state);
    },
    plug(address, plugged) {
      if (plugged) unplugged.delete(address);
      else unplugged.add(address);
    },
  };
}
