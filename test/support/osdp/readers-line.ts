/** `OsdpReaders` over a line in virtual time: peripherals, wires and the port are in the test's hands. */
import { setImmediate as turn } from 'node:timers/promises';
import type { ReaderInput, ReaderSecret } from '../../../controller/ports/reader.ts';
import { OsdpReaders } from '../../../drivers/osdp/osdp-readers.ts';
import { stepPeripheral } from '../../../drivers/osdp/peripheral/peripheral-machine.ts';
import { newPeripheral, type PeripheralAction } from '../../../drivers/osdp/peripheral/peripheral-state.ts';
import { SerialFault } from '../../../drivers/serial/serial-fault.ts';
import type { SerialListener } from '../../../drivers/serial/serial-line.ts';
import { HandTime } from '../hand-time.ts';
import { keyOf, reader } from './readers.ts';

/** Readers `r1`, `r2`, … at the addresses 1, 2, …. */
export function readersLine({
  count = 1,
  keyed = true,
  kept,
}: {
  readonly count?: number;
  /** The readers and the panel have their keys. */
  readonly keyed?: boolean;
  /** What the panel has of `r1` instead. */
  readonly kept?: ReaderSecret;
} = {}) {
  const time = new HandTime();
  const names = Array.from({ length: count }, (_, i) => `r${i + 1}`);
  const secrets = new Map<string, ReaderSecret>(
    keyed ? names.map((name, i) => [name, { scbk: keyOf(i + 1) }]) : [],
  );
  if (kept !== undefined) secrets.set('r1', kept);
  let peripherals = names.map((_, i) => newPeripheral(reader(i + 1, keyed)));
  let listener: SerialListener | undefined;
  let nonce = 0;
  const hands = { adapter: true, wires: true, written: 0 };
  const inputs: { readonly reader: string; readonly input: ReaderInput }[] = [];

  function hear(bytes: Uint8Array): void {
    peripherals = peripherals.map((peripheral) => {
      nonce += 1;
      const rndB = new Uint8Array(8).fill(nonce & 0xff);
      const step = stepPeripheral(peripheral, { kind: 'bytes', bytes, nowMs: time.monotonicMs(), rndB });
      for (const effect of step.effects)
        if (effect.kind === 'send')
          time.timers.after(2, () => {
            if (hands.wires) listener?.bytes(effect.bytes);
          });
      return step.state;
    });
  }

  const readers = new OsdpReaders({
    readers: names.map((name, i) => ({
      ...{ name, address: i + 1, formats: {}, display: [], keyBeep: false },
      reads: ['keypad', 'card'],
    })),
    ...{ baudRate: 115_200, pollEveryMs: 50, timers: time.timers, log: { warn: () => {} } },
    nowMs: () => time.monotonicMs(),
    keys: {
      get: (name) => secrets.get(name),
      keysOfOthers: () => [],
      keep: (name, secret) => void secrets.set(name, secret),
    },
    open: (opened) => {
      if (!hands.adapter) return Promise.reject(new SerialFault('missing', 'the adapter is not there'));
      listener = opened;
      return Promise.resolve({
        write(bytes: Uint8Array) {
          hands.written += 1;
          if (hands.wires) hear(bytes);
        },
        close: () => Promise.resolve(),
      });
    },
  });

  return {
    ...{ time, hands, secrets, readers, inputs },
    start: (): void => readers.start((name, input) => void inputs.push({ reader: name, input })),
    pull: (): void => listener?.lost(new SerialFault('hungUp', 'the adapter has hung up')),
    act(address: number, action: PeripheralAction): void {
      peripherals = peripherals.map((peripheral) =>
        peripheral.address === address
          ? stepPeripheral(peripheral, { kind: 'act', action }).state
          : peripheral,
      );
    },
    async run(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 5) {
        time.pass(5);
        await turn();
      }
    },
    states: (name = 'r1'): readonly string[] =>
      inputs.flatMap(({ reader: of, input }) => (of === name && input.kind === 'state' ? [input.state] : [])),
    keyOfReader: (): Uint8Array | undefined => peripherals[0]?.scbk,
    alarms: (): readonly string[] =>
      inputs.flatMap(({ input }) => (input.kind === 'alarm' ? [input.alarm] : [])),
    codes: (): readonly string[] =>
      inputs.flatMap(({ input }) =>
        input.kind === 'read' && input.presented.kind === 'code' ? [input.presented.digits] : [],
      ),
    keyings: (): readonly string[] =>
      inputs.flatMap(({ input }) =>
        input.kind === 'keyed' ? ['keyed'] : input.kind === 'keyFailed' ? [input.why] : [],
      ),
  };
}
