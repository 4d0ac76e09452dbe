/** What may become of a PUBLISH on its way; probabilities from 0 to 1, at most one of them happens to a packet. */
export interface Weather {
  /** The proxy answers PUBACK itself and the message is gone: neither end can see it. */
  readonly drop: number;
  /** It arrives a second time as a packet of its own. */
  readonly duplicate: number;
  /** It is held back for up to `delayMs`, and what follows overtakes it. */
  readonly delay: number;
  readonly delayMs: number;
  /** It changes places with the next PUBLISH. */
  readonly reorder: number;
  /** An earlier message of this direction arrives again after it. */
  readonly replay: number;
  /** A copy with one bit turned arrives after it. */
  readonly forge: number;
}

export type Mishap = Exclude<keyof Weather, 'delayMs'>;
const mishaps: readonly Mishap[] = ['drop', 'duplicate', 'delay', 'reorder', 'replay', 'forge'];

export const calm: Weather = {
  drop: 0,
  duplicate: 0,
  delay: 0,
  delayMs: 0,
  reorder: 0,
  replay: 0,
  forge: 0,
};

export const storm: Weather = {
  drop: 0.06,
  duplicate: 0.06,
  delay: 0.06,
  delayMs: 1_500,
  reorder: 0.05,
  replay: 0.03,
  forge: 0.02,
};

/** `draw` is from 0 inclusive to 1 exclusive; undefined: the packet passes. */
export function mishapOf(weather: Weather, draw: number): Mishap | undefined {
  let below = 0;
  for (const mishap of mishaps) {
    below += weather[mishap];
    if (draw < below) return mishap;
  }
  return undefined;
}
