import type { LinkSettings } from '../../../drivers/osdp/link/link-state.ts';
import { capabilityFunctions } from '../../../drivers/osdp/messages/pdcap.ts';
import type { PeripheralSettings } from '../../../drivers/osdp/peripheral/peripheral-state.ts';
import { bytes } from './bytes.ts';

/** A key of this reader's own. */
export const keyOf = (address: number): Uint8Array =>
  bytes('8E73B0F7DA0E6452C810F32B809079E5').map((byte, i) => (i === 3 ? byte ^ address : byte));
export const anotherKey = bytes('2B7E151628AED2A6ABF7158809CF4F3C');

/** Without `keyed`: fresh from its box. */
export const reader = (address: number, keyed = true): PeripheralSettings => ({
  address,
  id: { vendor: '00068e', model: 1, version: 2, serial: 1_000 + address, firmware: '1.2.3' },
  cuid: bytes('00068E0001020304').map((byte, i) => (i === 7 ? address : byte)),
  capabilities: [
    { function: capabilityFunctions.contactStatus, level: 1, items: 2 },
    { function: capabilityFunctions.outputControl, level: 1, items: 1 },
    { function: capabilityFunctions.communicationSecurity, level: 1, items: 1 },
  ],
  ...(keyed ? { scbk: keyOf(address) } : {}),
  inputs: 2,
  outputs: 1,
});

export const link = (address: number, keyed = true): LinkSettings => ({
  address,
  baudRate: 115_200,
  pollEveryMs: 50,
  ...(keyed ? { scbk: keyOf(address) } : {}),
});
