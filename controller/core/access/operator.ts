/** Who may set a door's mode: an operator at the head-end (`by` absent), or active staff on whose behalf it sends. */

import type { DoorId } from '../dataset.ts';
import { momentAt } from '../time/local-time.ts';
import { dangling, unlessRevoked } from './context.ts';
import type { CommandBy, DenyReason } from './decision.ts';
import type { AccessFacts } from './facts.ts';
import { holderBelongs } from './holder-checks.ts';

export function refusesOperator(
  facts: AccessFacts,
  doorId: DoorId,
  by: CommandBy | undefined,
): DenyReason | undefined {
  if (by === undefined) return undefined;
  if (by.kind !== 'staff') return 'noGrant';
  const building = unlessRevoked(facts, 'building', facts.rows.building());
  if (building === undefined) return dangling(8, 'building', 'building').reason;
  const moment = momentAt(facts.clock.now, building.timezone);
  const context = { facts, clock: facts.clock, moment, building, doorId, door: undefined, trail: [] };
  const person = { kind: 'holder', ref: by, holder: facts.rows.holder(by) } as const;
  const asker = { person, credentials: [], needs: 'door', extended: false, forAnother: false } as const;
  return holderBelongs(context, asker)?.reason;
}
