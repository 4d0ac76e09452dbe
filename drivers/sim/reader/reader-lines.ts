/** What a person at the simulated reader types, and what the reader then shows, as lines. Pure. */

import type { Command } from '../../osdp/messages/command.ts';
import { isKey, type Key } from '../../osdp/messages/keypad.ts';
import { type Fault, faultNames } from '../../osdp/peripheral/faults.ts';
import type { PeripheralAction } from '../../osdp/peripheral/peripheral-state.ts';

export const simulatedInputs = 2;

export type Typed =
  | { readonly kind: 'actions'; readonly actions: readonly PeripheralAction[] }
  /** The adapter is pulled out of the panel, whose end of the line hangs up; or put back. */
  | { readonly kind: 'unplug' | 'plug' }
  /** Back to its installation mode, without a key. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'quit' }
  | { readonly kind: 'help' }
  | { readonly kind: 'misunderstood' };

export const helpText = `What you can do at this reader:
  48292613#            press these keys: 0–9, * (clear), # (enter), A–D
  card bd88eb80 26     hold a card to it: its bits, left-aligned, and how many (26 if not said)
  tamper on | off      take it off the wall, put it back
  input N on | off     close or open the contact at its input N: 0 or 1
  unplug | plug        pull the adapter of its line out of the panel, which hangs up; put it back
  power-cut            take its power away for a moment
  fault NAME [TIMES]   the next answers are at fault: ${faultNames.join(', ')}, or delay-MS
  reset                back to its installation mode, as from the factory
  quit                 end
`;

const one = (action: PeripheralAction): Typed => ({ kind: 'actions', actions: [action] });

export function readTyped(line: string): Typed {
  const [word = '', first = '', second = ''] = line.trim().split(/\s+/);
  switch (word) {
    case 'card': {
      const bits = second === '' ? 26 : wholeNumber(second);
      const right = /^[0-9a-fA-F]{2,64}$/.test(first) && first.length % 2 === 0;
      if (!right || bits === undefined || Math.ceil(bits / 8) !== first.length / 2)
        return { kind: 'misunderstood' };
      return one({ kind: 'card', bits, data: Uint8Array.fromHex(first) });
    }
    case 'tamper':
      if (first !== 'on' && first !== 'off') return { kind: 'misunderstood' };
      return one({ kind: 'tamper', tamper: first === 'on' });
    case 'input': {
      const input = wholeNumber(first);
      if (input === undefined || input >= simulatedInputs || (second !== 'on' && second !== 'off'))
        return { kind: 'misunderstood' };
      return one({ kind: 'input', input, active: second === 'on' });
    }
    case 'power-cut':
      return one({ kind: 'powerCut' });
    case 'fault': {
      const fault = faultNamed(first);
      const times = second === '' ? 1 : wholeNumber(second);
      if (fault === undefined || times === undefined || times < 1) return { kind: 'misunderstood' };
      return one({ kind: 'fault', fault, times });
    }
    case 'unplug':
    case 'plug':
    case 'reset':
    case 'quit':
    case 'help':
      return { kind: word };
    default: {
      const keys = Array.from(word.toUpperCase());
      return keys.length > 0 && keys.every(isKey) && first === ''
        ? { kind: 'actions', actions: keys.map((key: Key) => ({ kind: 'press', keys: [key] })) }
        : { kind: 'misunderstood' };
    }
  }
}

/** In decimal digits and nothing else: neither 25.5 nor 1e1. */
const wholeNumber = (text: string): number | undefined => (/^\d{1,5}$/.test(text) ? Number(text) : undefined);

function faultNamed(name: string): Fault | undefined {
  const [, delayMs] = /^delay-(\d{1,5})$/.exec(name) ?? [];
  if (delayMs !== undefined) return { delayMs: Number(delayMs) };
  return faultNames.find((fault) => fault === name);
}

/** Undefined: nothing that a person would notice. */
export function shownBy(command: Command): string | undefined {
  switch (command.kind) {
    case 'LED': {
      const lights = command.leds.flatMap(({ temporary }) => {
        if (temporary === undefined) return [];
        if (temporary === 'cancel') return ['out'];
        const { onColor, onMs, offMs, timerMs } = temporary;
        return [
          `${onColor}, ${offMs === 0 ? 'steady' : `blinking ${onMs}/${offMs} ms`}, ${timerMs / 1_000} s`,
        ];
      });
      return lights.length === 0 ? undefined : `light: ${lights.join('; ')}`;
    }
    case 'BUZ':
      return `sound: ${command.count} × ${command.onMs} ms`;
    case 'TEXT':
      return `display, row ${command.row}: ${command.text}`;
    case 'OUT':
      return `outputs: ${command.outputs.map(({ output, control }) => `${output} ${control}`).join(', ')}`;
    case 'KEYSET':
      return 'it was given a key';
    case 'POLL':
    case 'ID':
    case 'CAP':
    case 'LSTAT':
    case 'ISTAT':
    case 'OSTAT':
    case 'RSTAT':
    case 'ABORT':
    case 'COMSET':
    case 'CHLNG':
    case 'SCRYPT':
    case 'KEEPACTIVE':
      return undefined;
    default:
      return command satisfies never;
  }
}
