/** What a peripheral does with a command that it may take, and what it says. */
import { nakReasons } from '../messages/codes.ts';
import type { Command } from '../messages/command.ts';
import type { OutputControl } from '../messages/out.ts';
import { capabilityFunctions } from '../messages/pdcap.ts';
import type { Reply } from '../messages/reply.ts';
import type { PeripheralState } from './peripheral-state.ts';

export interface Obeyed {
  readonly state: PeripheralState;
  readonly reply: Reply;
}

export type PlainCommand = Exclude<Command, { readonly kind: 'CHLNG' | 'SCRYPT' }>;

export function obey(state: PeripheralState, command: PlainCommand, nowMs: number): Obeyed {
  const { settings, fault } = state;
  const { id, capabilities } = settings;
  switch (command.kind) {
    case 'POLL': {
      const [reply = { kind: 'ACK' } as const, ...reports] = state.reports;
      return { state: { ...state, reports }, reply };
    }
    case 'ID':
      return {
        state,
        reply: { kind: 'PDID', ...id, serial: id.serial + (fault === 'otherSerial' ? 1 : 0) },
      };
    case 'CAP': {
      const forged = capabilities.map((capability) =>
        capability.function === capabilityFunctions.communicationSecurity
          ? { ...capability, level: 0, items: 0 }
          : capability,
      );
      return {
        state,
        reply: { kind: 'PDCAP', capabilities: fault === 'forgedCapability' ? forged : capabilities },
      };
    }
    case 'LSTAT':
      return { state, reply: { kind: 'LSTATR', ...state.local } };
    case 'ISTAT':
      return { state, reply: { kind: 'ISTATR', active: state.inputs } };
    case 'OSTAT':
      return { state, reply: { kind: 'OSTATR', active: outputsAt(state, nowMs) } };
    case 'RSTAT':
      return { state, reply: { kind: 'RSTATR', readers: state.readers } };
    case 'OUT':
      if (command.outputs.some(({ output }) => state.outputs[output] === undefined))
        return { state, reply: { kind: 'NAK', reason: nakReasons.record } };
      return { state: switched(state, command.outputs, nowMs), reply: { kind: 'ACK' } };
    case 'COMSET': {
      const { address, baudRate } = command;
      return { state: { ...state, address }, reply: { kind: 'COM', address, baudRate } };
    }
    case 'KEYSET':
      // What it says and what it does need not be the same.
      return {
        state: fault === 'keyNotTaken' ? state : { ...state, scbk: command.key },
        reply: { kind: 'ACK' },
      };
    case 'LED':
    case 'BUZ':
    case 'TEXT':
    case 'ABORT':
    case 'KEEPACTIVE':
      return { state, reply: { kind: 'ACK' } };
    default:
      return command satisfies never;
  }
}

const outputsAt = ({ outputs }: PeripheralState, nowMs: number): readonly boolean[] =>
  outputs.map(({ on, untilMs }) => (untilMs !== undefined && nowMs >= untilMs ? !on : on));

function switched(
  state: PeripheralState,
  controls: readonly OutputControl[],
  nowMs: number,
): PeripheralState {
  let { outputs } = state;
  for (const { output, control, timerMs } of controls) {
    if (control === 'nop') continue;
    const on = control === 'permanentOn' || control === 'permanentOnAfterTimer' || control === 'temporaryOn';
    const timed = control === 'temporaryOn' || control === 'temporaryOff';
    outputs = outputs.with(output, timed ? { on, untilMs: nowMs + timerMs } : { on });
  }
  return { ...state, outputs };
}
