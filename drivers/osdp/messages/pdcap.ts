import { type DecodeFailure, records, viewOf } from './codes.ts';

/** The capability functions that decide what is asked of a peripheral (OSDP 2.2, annex B). */
export const capabilityFunctions = {
  contactStatus: 1,
  outputControl: 2,
  communicationSecurity: 9,
} as const;

export interface Capability {
  readonly function: number;
  readonly level: number;
  readonly items: number;
}

export const encodePdCap = (capabilities: readonly Capability[]): Uint8Array =>
  Uint8Array.from(capabilities.flatMap(({ function: code, level, items }) => [code, level, items]));

export function decodePdCap(data: Uint8Array): readonly Capability[] | DecodeFailure {
  const cut = records(data, 3);
  if (cut === 'length') return cut;
  return cut.map(viewOf).map((view) => ({
    function: view.getUint8(0),
    level: view.getUint8(1),
    items: view.getUint8(2),
  }));
}

export const itemsOf = (capabilities: readonly Capability[], code: number): number =>
  capabilities.find((capability) => capability.function === code)?.items ?? 0;
