import type { DoorEffect, DoorMachineState, DoorReport } from './state.ts';

export interface Reaction {
  readonly next: DoorMachineState;
  readonly effects: readonly DoorEffect[];
}

export const report = (reported: DoorReport): DoorEffect => ({ kind: 'report', report: reported });
