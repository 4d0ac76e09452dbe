const minuteMs = 60_000;
/** `SS.mmmZ` */
const tailLength = 7;

/**
 * Instants as ISO 8601 in UTC, as `Date.toISOString` writes them. Within one minute only its end is written anew: every
 * event bears such a text, and `Date` takes for it as long as the event's hash does.
 * @returns of an instant, in whole milliseconds since 1970, its text
 */
export function instantWriter(): (instantMs: number) => string {
  let minute: number | undefined;
  let beginning = '';
  return (instantMs) => {
    const its = Math.floor(instantMs / minuteMs);
    if (its !== minute) {
      minute = its;
      beginning = new Date(its * minuteMs).toISOString().slice(0, -tailLength);
    }
    const ms = instantMs - its * minuteMs;
    const second = Math.floor(ms / 1_000);
    return `${beginning}${digits(second, 2)}.${digits(ms - second * 1_000, 3)}Z`;
  };
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');
