/** DESIGN section 7: a clock on its own is assumed to drift by at most ±10 s a week. */
const driftPerMs = 10_000 / (7 * 86_400_000);

/** What a clock may have drifted in `ageMs` since it was last known, in ms. */
export const driftOf = (ageMs: number): number => ageMs * driftPerMs;
