/** The configuration's words for a wired door, as the driver wants them. */
import type { GpioDoorWiring } from '../config/gpio.ts';
import type { ContactWiring, GpioDoorParts, StrikeWiring } from '../drivers/gpio/gpio-door.ts';
import type { Contact } from './core/door/state.ts';

export function gpioWiring(wiring: GpioDoorWiring): {
  readonly strike: StrikeWiring;
  readonly contacts: GpioDoorParts['contacts'];
} {
  const { strike } = wiring;
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
  };
}

/** What such a door's inputs do. */
export const gpioReactions = ({ rex, fire }: GpioDoorWiring) => ({
  rex: rex?.does ?? ('report' as const),
  fire: fire?.does ?? ('ignore' as const),
});

const refOf = ({ chip, line }: { readonly chip: string; readonly line: number }) => ({ chip, line });
