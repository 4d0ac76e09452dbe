/** How much comes over the line that belongs to no frame: a loose wire, or a device that streams without end. */

export interface NoiseMeter {
  readonly windowEndsMs: number;
  readonly strayBytes: number;
  readonly noisy: boolean;
}

const windowMs = 1_000;
/** Between the two nothing changes, so that a line at the edge is not reported again and again. */
const noisyBytes = 512;
const quietBytes = 64;

export const quiet: NoiseMeter = { windowEndsMs: 0, strayBytes: 0, noisy: false };

/** `noisy` changes at most once a second, and only when a whole window was loud or quiet. */
export function measured(meter: NoiseMeter, strayBytes: number, nowMs: number): NoiseMeter {
  const { noisy, windowEndsMs } = meter;
  if (nowMs < windowEndsMs) return { ...meter, strayBytes: meter.strayBytes + strayBytes };
  const loud = meter.strayBytes >= noisyBytes || (noisy && meter.strayBytes > quietBytes);
  return { windowEndsMs: nowMs + windowMs, strayBytes, noisy: loud };
}
