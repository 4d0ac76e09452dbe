/** Fields as people write them, where the dataset's own form is for machines: weekdays by name, local wall times. */
import { z } from 'zod';
import { Credential, Window } from '../../../controller/core/dataset.ts';

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const day = `(${dayNames.join('|')})`;

/** ISO 8601 numbers of `mon` or `mon-fri`; a range may pass the week's end (`sat-mon`). */
function dayNumbers(text: string): readonly number[] {
  const [first = 0, last = first] = text
    .split('-')
    .map((name) => dayNames.indexOf(name as (typeof dayNames)[number]));
  const length = ((last - first + 7) % 7) + 1;
  return Array.from({ length }, (_, i) => ((first + i) % 7) + 1);
}

const weekdays = 'a weekday (mon, tue, wed, thu, fri, sat, sun) or a range such as mon-fri';

const Weekdays = z
  .array(z.string({ error: weekdays }).regex(new RegExp(`^${day}(-${day})?$`), weekdays))
  .min(1)
  .transform((days) => [...new Set(days.flatMap(dayNumbers))].sort((a, b) => a - b))
  .describe('weekdays or ranges: [mon-fri, sun]');

/** A window of one day, strict: a typo in a hand-written file is an error. */
export const Hours = Window.strict();
export const WeeklyHours = Hours.extend({ days: Weekdays }).describe(
  'hours that start on each of these days; `to` not after `from` crosses midnight',
);

const wallTime = /^\d{4}-\d{2}-\d{2} ([01]\d|2[0-3]):[0-5]\d$/;

function exists(text: string): boolean {
  if (!wallTime.test(text)) return true; // the pattern has said so already
  try {
    Temporal.PlainDateTime.from(text.replace(' ', 'T'), { overflow: 'reject' });
    return true;
  } catch {
    return false;
  }
}

const moment = "a date and time in the building's time zone, such as 2027-05-31 17:00";

/** A local wall time; `instantOf` turns it into the dataset's instant. */
export const Moment = z
  .string({ error: moment })
  .regex(wallTime, moment)
  .refine(exists, `${moment}, that exists in the calendar`)
  .meta({ title: 'date and time', description: "in the building's time zone, such as 2027-05-31 17:00" });

/** An entry code in clear. This file is the only place where it stands so. */
export const Code = z
  .string({ error: 'text: put the code in quotes, or its leading zeros are lost' })
  .regex(/^\d{4,12}$/, 'an entry code: digits only, as many as building.entryCodeLength says')
  .describe('entry code in clear, in quotes');

/** What a holder's code, card or tag may carry beside itself. */
export const credentialBounds = {
  id: Credential.shape.id
    .optional()
    .describe('absent: made of the holder, the kind and the place in the list'),
  validFrom: Moment.optional().describe('valid from this moment on; absent: from always'),
  validUntil: Moment.optional().describe('valid until just before this moment; absent: without end'),
  schedule: Credential.shape.schedule,
  status: Credential.shape.status.default('active'),
};

export const validity = {
  validFrom: credentialBounds.validFrom,
  validUntil: credentialBounds.validUntil,
};
