/** The configuration's words for a wired door, as the driver wants them. */
import type { GpioDoorWiring } from '../config/gpio.ts';
import type { ContactWiring } from '../drivers/gpio/gpio-door.ts';
import type { GpioDoorLines } from '../drivers/gpio/gpio-doors.ts';
import { DoorId } from './core/dataset.ts';
import type { Contact } from './core/door/state.ts';

export function gpioWiring(wiring: GpioDoorWiring): GpioDoorLines {
  const { strike, fireWith } = wiring;
  const contacts: Partial<Record<Contact, ContactWiring>> = {};
  for (const contact of ['monitor', 'lockMonitor', 'rex', 'fire', 'tamper'] as const) {
    const wired = wiring[contact];
    if (wired === undefined) continue;
    contacts[contact] = { ref: refOf(wired), activeLow: wired.active === 'low', debounceMs: wired.debounce };
  }
  return {
    strike: {
      ref: refOf(strike),
      activeLow: strike.active === 'low',
      failMode: strike.failMode,
      safeState: strike.safeState,
    },
    contacts,
    ...(fireWith === undefined ? {} : { fireWith: DoorId.parse(fireWith) }),
  };
}

/** What such a door's inputs do. */
export const gpioReactions = ({ rex, fire, fireWith }: GpioDoorWiring) => ({
  rex: rex?.does ?? ('report' as const),
  fire: fire?.does ?? (fireWith === undefined ? ('ignore' as const) : ('release' as const)),
});

const refOf = ({ chip, line }: { readonly chip: string; readonly line: number }) => ({ chip, line });
