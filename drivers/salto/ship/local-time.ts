/**
 * SALTO's times are wall time without a zone, written as `2026-11-22T14:05:00` or without leading zeros. `T24:00:00` is the
 * end of that day. The years 1900 and 2000 stand for "none".
 *
 * Returns `YYYY-MM-DDTHH:MM:SS`, with the end of a day as the beginning of the next; undefined for none and for nonsense.
 */
export function saltoLocalTime(text: string | undefined): string | undefined {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})T(\d{1,2}):(\d{2}):(\d{2})(?:\.\d+)?$/.exec(text ?? '');
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  if (year === 1900 || year === 2000) return undefined;
  const endOfDay = hour === 24 && minute === 0 && second === 0;
  try {
    const time = Temporal.PlainDateTime.from(
      { year, month, day, hour: endOfDay ? 0 : hour, minute, second },
      { overflow: 'reject' },
    );
    return (endOfDay ? time.add({ days: 1 }) : time).toString({ smallestUnit: 'second' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
