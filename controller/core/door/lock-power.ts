/** `failSecure` (most strikes): current releases it. `failSafe` (magnets): current holds it, and a power cut lets people out. */
export type LockKind = 'failSecure' | 'failSafe';

/** Whether current flows in the lock. */
export const isEnergised = (lock: LockKind, released: boolean): boolean =>
  lock === 'failSecure' ? released : !released;
