/** One number each, or one for each condition. */
type Figures = Readonly<Record<string, number | Readonly<Record<string, number>>>>;

export type Bench = (options: {
  readonly full: boolean;
  /** Says what is going on, on standard error. */
  readonly progress: (line: string) => void;
}) => Promise<Figures>;

/** The value below which `share` (0 to 1) of the samples lie. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** Milliseconds that `work` takes. */
export function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/**
 * Measures in turns of so many rounds, so that whatever else the machine does falls on all alike: 1 where each comes alone in
 * use too, more where one would only measure the caches of the other. Returns microseconds of each call.
 */
export function inTurns<Name extends string>(
  works: Readonly<Record<Name, (round: number) => void>>,
  { rounds, turn }: { readonly rounds: number; readonly turn: number },
): Readonly<Record<Name, readonly number[]>> {
  const names = Object.keys(works) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let first = 0; first < rounds; first += turn) {
    for (const name of names) {
      for (let round = first; round < Math.min(first + turn, rounds); round += 1) {
        samples[name].push(timed(() => works[name](round)) * 1_000);
      }
    }
  }
  return samples;
}
