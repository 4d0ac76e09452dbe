import { z } from 'zod';

const msPerUnit = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;
const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/;

const isUnit = (unit: string | undefined): unit is keyof typeof msPerUnit =>
  unit !== undefined && Object.hasOwn(msPerUnit, unit);

/** Milliseconds of `500ms`, `8s`, `2min`, `1h`; undefined for anything else. A bare number has no unit and is refused. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit] = durationPattern.exec(text) ?? [];
  if (amount === undefined || !isUnit(unit)) return undefined;
  return Math.round(Number(amount) * msPerUnit[unit]);
}

/** A duration as people write it, in the largest unit that holds it whole: 90000 → `90s`. */
export function formatDuration(ms: number): string {
  for (const unit of ['h', 'min', 's'] as const) {
    if (ms !== 0 && ms % msPerUnit[unit] === 0) return `${ms / msPerUnit[unit]}${unit}`;
  }
  return `${ms}ms`;
}

const wanted = 'a duration with its unit (ms, s, min or h), such as 8s, 500ms, 2min or 1h';

/** Text with a unit on the outside, milliseconds within; `inner` keeps the bounds and the meaning. */
export function duration<Inner extends z.ZodType<number, number>>(inner: Inner) {
  const schema = z
    .string({ error: wanted })
    .regex(durationPattern, wanted)
    .meta({ title: 'duration' })
    .transform((text) => parseDuration(text) ?? Number.NaN)
    .pipe(inner);
  return inner.description === undefined ? schema : schema.describe(inner.description);
}
