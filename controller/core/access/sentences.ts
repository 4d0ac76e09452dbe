/**
 * What the person is told (DESIGN section 4). A time for a code that will work, and only if nobody has been guessing
 * here; one sentence for every other cause, so that an answer never says which codes exist.
 */
import { dateText, dayOfWeek, type LocalTime, localTime } from '../time/local-time.ts';
import type { Decision, DenyReason } from './decision.ts';
import type { EpochMs } from './facts.ts';

export interface Told {
  readonly en: string;
  readonly fr: string;
}

export interface Telling {
  /** False when there was a miss at this keypad in the last minute. */
  readonly mayHint: boolean;
  /** IANA name of the building's zone. */
  readonly timezone: string;
  readonly now: EpochMs;
  readonly doorName?: Told;
}

const nbsp = '\u00a0';

export function tell(decision: Decision, { mayHint, timezone, now, doorName }: Telling): Told {
  if (decision.outcome === 'grant') return welcome(doorName);
  if (!mayHint || decision.opensAt === undefined || !mayNameTime(decision.reason)) return notOpened;
  const today = localTime(now, timezone);
  const start = localTime(decision.opensAt, timezone);
  const guest = decision.subject?.kind === 'guest';
  return {
    en: `Your ${guest ? 'code' : 'access'} starts ${englishDay(start, today)} at ${clockText(start)}.`,
    fr: `${guest ? 'Votre code fonctionnera' : 'Votre accès sera ouvert'} ${frenchDay(start, today)} à partir de ${frenchTime(start)}.`,
  };
}

/** Whatever the cause, known code or not. */
export const notOpened: Told = {
  en: 'The door did not open. Please contact your host or the manager.',
  fr: 'La porte ne s’est pas ouverte. Veuillez communiquer avec votre hôte ou avec la direction de l’immeuble.',
};

const welcome = (door: Told | undefined): Told => ({
  en: `Welcome. The door is open${door === undefined ? '' : `: ${door.en}`}.`,
  fr: `Bienvenue. La porte est ouverte${door === undefined ? '' : `${nbsp}: ${door.fr}`}.`,
});

const mayNameTime = (reason: DenyReason): boolean =>
  reason === 'notActiveYet' || reason === 'notMovedInYet' || reason === 'notPermittedAtThisTime';

const clockText = ({ minute }: LocalTime): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `17 h 00`, with spaces that do not break. */
const frenchTime = ({ minute }: LocalTime): string =>
  `${Math.floor(minute / 60)}${nbsp}h${nbsp}${String(minute % 60).padStart(2, '0')}`;

const englishDays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const frenchDays = ['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche'];
const englishMonths = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const frenchMonths = [
  ...['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet'],
  ...['août', 'septembre', 'octobre', 'novembre', 'décembre'],
];

function englishDay({ day }: LocalTime, today: LocalTime): string {
  if (day === today.day) return 'today';
  if (day === today.day + 1) return 'tomorrow';
  const { year, month, dayOfMonth } = dateParts(day);
  const date = `${englishDays[dayOfWeek(day) - 1]}, ${englishMonths[month - 1]} ${dayOfMonth}`;
  return year === dateParts(today.day).year ? `on ${date}` : `on ${date}, ${year},`;
}

function frenchDay({ day }: LocalTime, today: LocalTime): string {
  if (day === today.day) return 'aujourd’hui';
  if (day === today.day + 1) return 'demain';
  const { year, month, dayOfMonth } = dateParts(day);
  const number = dayOfMonth === 1 ? '1er' : String(dayOfMonth);
  const date = `le ${frenchDays[dayOfWeek(day) - 1]} ${number}${nbsp}${frenchMonths[month - 1]}`;
  return year === dateParts(today.day).year ? date : `${date}${nbsp}${year}`;
}

function dateParts(day: number): { year: number; month: number; dayOfMonth: number } {
  const [year = '', month = '', dayOfMonth = ''] = dateText(day).split('-');
  return { year: Number(year), month: Number(month), dayOfMonth: Number(dayOfMonth) };
}
