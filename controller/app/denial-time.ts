/**
 * When every entry that opens nothing is answered, whatever the reason (DESIGN section 6): longer than a decision takes
 * with its fsync. Set a timer for it before anything is looked up: how long that takes must not show.
 */
export const denialAfterMs = 250;
