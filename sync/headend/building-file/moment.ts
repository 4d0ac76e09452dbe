/** The instant of a local wall time (`2027-05-31 17:00`), as rows carry it: RFC 3339 UTC with milliseconds. */
export function instantOf(wallTime: string, timeZone: string): string {
  const plain = Temporal.PlainDateTime.from(wallTime.replace(' ', 'T'));
  // In a fall-back overlap the first pass (DESIGN section 4, time rules).
  const zoned = plain.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const exact = zoned.toPlainDateTime().equals(plain);
  // A wall time inside a spring-forward gap means the first instant after the gap.
  const meant = exact ? zoned : (zoned.getTimeZoneTransition('next') ?? zoned);
  return meant.toInstant().toString({ fractionalSecondDigits: 3 });
}
