import { useEffect, useState } from 'preact/hooks';
import type { Language } from '../view-model.ts';

const tickMs = 1_000;

/** Date and time where the building stands, whatever zone the device is set to. */
export function WallClock({
  timezone,
  language,
}: {
  readonly timezone: string;
  readonly language: Language;
}) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(ticking);
  }, []);
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(`${language}-CA`, { timeZone: timezone, ...options }).format(now);
  return (
    <p class="wall-clock">
      <span class="wall-clock-time">{format({ hour: 'numeric', minute: '2-digit' })}</span>{' '}
      <span class="wall-clock-date">{format({ weekday: 'long', month: 'long', day: 'numeric' })}</span>
    </p>
  );
}
