/** A place in the building's history. Epochs come first: a restored cloud starts a new one. */
export interface Place {
  readonly epoch: number;
  readonly seq: number;
}

/** Negative when `a` comes before `b`, 0 when they are the same place. */
export const comparePlaces = (a: Place, b: Place): number => a.epoch - b.epoch || a.seq - b.seq;
