/** An OSDP reader without hardware: the peripheral's machine behind a pty. */
import { randomBytes } from 'node:crypto';
import type { Command } from '../../osdp/messages/command.ts';
import { capabilityFunctions } from '../../osdp/messages/pdcap.ts';
import { stepPeripheral } from '../../osdp/peripheral/peripheral-machine.ts';
import {
  newPeripheral,
  type PeripheralAction,
  type PeripheralSettings,
  type PeripheralState,
} from '../../osdp/peripheral/peripheral-state.ts';
import { openPty, type Pty } from './pty.ts';
import { simulatedInputs } from './reader-lines.ts';

export interface SimulatedReaderParts {
  readonly path: string;
  readonly readers: readonly PeripheralSettings[];
  /** A reader was told to, and did. */
  readonly onDid: (address: number, command: Command) => void;
  /** Its secure channel has come up, or has gone. */
  readonly onChannel: (address: number, up: boolean) => void;
}

/** Several readers may stand on one line. */
export class SimulatedReaders {
  readonly #parts: SimulatedReaderParts;
  #peripherals: readonly PeripheralState[];
  #pty: Pty | undefined;

  constructor(parts: SimulatedReaderParts) {
    this.#parts = parts;
    this.#peripherals = parts.readers.map(newPeripheral);
  }

  /** Once more after `close`: as if the adapter were put back. @throws PtyFault */
  start(): void {
    if (this.#pty !== undefined) return;
    this.#pty = openPty(this.#parts.path, (bytes) => this.#hear(bytes));
  }

  /** As if the adapter were pulled. */
  async close(): Promise<void> {
    const pty = this.#pty;
    this.#pty = undefined;
    await pty?.close();
  }

  act(address: number, action: PeripheralAction): void {
    this.#peripherals = this.#peripherals.map((peripheral) =>
      peripheral.address === address ? stepPeripheral(peripheral, { kind: 'act', action }).state : peripheral,
    );
  }

  /** Takes it off the line, or puts another (or the same) in its place. */
  replace(address: number, by: PeripheralSettings | undefined): void {
    const others = this.#peripherals.filter((peripheral) => peripheral.address !== address);
    this.#peripherals = by === undefined ? others : [...others, newPeripheral(by)];
  }

  #hear(bytes: Uint8Array): void {
    const { onDid, onChannel } = this.#parts;
    this.#peripherals = this.#peripherals.map((before) => {
      const { state, effects } = stepPeripheral(before, {
        kind: 'bytes',
        bytes,
        nowMs: performance.now(),
        rndB: randomBytes(8),
      });
      for (const effect of effects) {
        if (effect.kind === 'did') onDid(state.address, effect.command);
        else if (effect.afterMs === 0) this.#pty?.write(effect.bytes);
        else setTimeout(() => this.#pty?.write(effect.bytes), effect.afterMs);
      }
      const wasUp = before.channel.kind === 'up';
      const isUp = state.channel.kind === 'up';
      if (wasUp !== isUp) onChannel(state.address, isUp);
      return state;
    });
  }
}

/** A reader with keypad, cards, two inputs and an output; without a key in its installation mode. */
export const simulatedSettings = (address: number, scbk: Uint8Array | undefined): PeripheralSettings => ({
  address,
  // A vendor's number that nobody has (locally administered).
  id: { vendor: '020000', model: 1, version: 1, serial: 1_000 + address, firmware: '1.0.0' },
  cuid: Uint8Array.of(0x02, 0, 0, 0x01, 0, 0, 0x03, address),
  capabilities: [
    { function: capabilityFunctions.contactStatus, level: 1, items: simulatedInputs },
    { function: capabilityFunctions.outputControl, level: 1, items: 1 },
    { function: capabilityFunctions.communicationSecurity, level: 1, items: 1 },
  ],
  ...(scbk === undefined ? {} : { scbk }),
  inputs: simulatedInputs,
  outputs: 1,
});
