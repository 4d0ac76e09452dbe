/**
 * The access decision (DESIGN section 4; docs/decision.md has the table and the edge rules). Pure: everything it may
 * know is in `facts`, the time included. The first check that fails is the reason.
 */
import { momentAt } from '../time/local-time.ts';
import { clockSuffices } from './clock-check.ts';
import {
  type Asker,
  type Check,
  type Context,
  credentialOf,
  dangling,
  type Refusal,
  subjectOf,
  type Trail,
  unlessRevoked,
} from './context.ts';
import type { AccessRequest, Decision, Explanation } from './decision.ts';
import { doorAdmits, methodFits } from './door-checks.ts';
import { hasRight } from './door-right.ts';
import { explainedRows } from './explained-rows.ts';
import type { AccessFacts, EpochMs } from './facts.ts';
import { dataIsFresh } from './freshness.ts';
import { holderBelongs, hostBelongs } from './holder-checks.ts';
import { identify } from './identify.ts';
import { onvifReason } from './onvif.ts';
import { withinOwnBounds } from './own-bounds.ts';
import { mayPass, violatesAntipassback } from './passage.ts';

/** Checks 7 to 11: those whose outcome another time of day may change. */
const timedChecks: readonly Check[] = [withinOwnBounds, holderBelongs, hostBelongs, hasRight];
/** Checks 3 to 12. What somebody has no part in (a call has no method, a resident no host) passes. */
const checks: readonly Check[] = [
  doorAdmits,
  methodFits,
  dataIsFresh,
  clockSuffices,
  ...timedChecks,
  mayPass,
];

/** Who may open which door now, and why. `facts.rows` must be one version of the building. Never throws. */
export function decide(facts: AccessFacts, request: AccessRequest): Decision {
  const trail: Trail = [];
  const identified = identify(facts, request, trail);
  if (identified.kind === 'refused') {
    return denial(facts, request, trail, identified.refusal, identified.asker, false);
  }
  const { asker } = identified;
  const duress = asker.credentials.some((credential) => credential.duress === true);
  const building = unlessRevoked(facts, 'building', facts.rows.building());
  // Without it there is no zone, no stale policy and no sign that this is the building: nothing opens.
  if (building === undefined) {
    return denial(facts, request, trail, dangling(2, 'building', 'building'), asker, duress);
  }
  const context: Context = {
    facts,
    clock: facts.clock,
    moment: momentAt(facts.clock.now, building.timezone),
    building,
    doorId: request.door,
    door: unlessRevoked(facts, 'door', facts.rows.door(request.door)),
    trail,
  };
  const refusal = firstRefusal(checks, context, asker);
  if (refusal !== undefined) {
    const seen = withOpening(context, asker, refusal);
    return denial(facts, request, trail, seen, asker, duress);
  }
  return {
    outcome: 'grant',
    ...who(asker),
    duress,
    explanation: explanation(facts, trail, 12),
    extended: asker.extended,
    ...(asker.person.kind === 'guest' && { countUse: asker.person.guest.id }),
    softAntipassback: violatesAntipassback(context, asker),
  };
}

function firstRefusal(list: readonly Check[], context: Context, asker: Asker): Refusal | undefined {
  for (const check of list) {
    const refusal = check(context, asker);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** How many hindrances in a row are looked past; each look goes on to a later instant. */
const maxLooks = 8;

/**
 * What a person may be told must be true: `opensAt` is kept only if checks 7 to 11 all pass then (an invitation may
 * start at 08:00 and its window open at 17:00), moved on to the instant at which they do, or left out.
 */
function withOpening(context: Context, asker: Asker, refusal: Refusal): Refusal {
  const { opensAt: first, ...plain } = refusal;
  let opensAt: EpochMs | undefined = first;
  for (let looks = 0; opensAt !== undefined && looks < maxLooks; looks += 1) {
    const later = firstRefusal(timedChecks, at(context, opensAt), asker);
    if (later === undefined) return { ...plain, opensAt };
    opensAt = later.opensAt !== undefined && later.opensAt > opensAt ? later.opensAt : undefined;
  }
  return plain;
}

const at = (context: Context, now: EpochMs): Context => ({
  ...context,
  clock: { ...context.clock, now },
  moment: momentAt(now, context.building.timezone),
  trail: [],
});

function denial(
  facts: AccessFacts,
  request: AccessRequest,
  trail: Trail,
  refusal: Refusal,
  asker: Asker | undefined,
  duress: boolean,
): Decision {
  const { check, reason, missing, opensAt, alarm } = refusal;
  return {
    outcome: 'deny',
    reason,
    onvifReason: onvifReason(reason, request),
    ...(asker !== undefined && who(asker)),
    duress,
    explanation: { ...explanation(facts, trail, check), ...(missing && { missing }) },
    ...(opensAt !== undefined && { opensAt }),
    alarm: alarm === true,
  };
}

function who(asker: Asker): Pick<Decision, 'subject' | 'credential'> {
  const subject = subjectOf(asker.person);
  const credential = credentialOf(asker);
  return { ...(subject !== undefined && { subject }), ...(credential !== undefined && { credential }) };
}

function explanation({ clock, lastWelcomeAt, rows }: AccessFacts, trail: Trail, check: number): Explanation {
  return {
    check,
    ...explainedRows(trail),
    dataset: { epoch: rows.cursor.epoch, seq: rows.cursor.seq },
    ...(lastWelcomeAt !== undefined && { cacheAgeMs: Math.max(0, clock.now - lastWelcomeAt) }),
    clock: clock.state,
  };
}
