/**
 * The controller's configuration: the one source of its types, its validation, `vestibule.schema.json` and
 * `docs/configuration.md`. It holds what belongs to this device and its wiring; who may open what comes from
 * the cloud (DESIGN section 3).
 */
import { z } from 'zod';
import { CardFormats } from './card-formats.ts';
import { GpioBackend, GpioDoor } from './gpio.ts';
import { Readers } from './readers.ts';
import { SaltoDoor, SaltoServer } from './salto.ts';
import { SipPhone } from './sip-phone.ts';
import { duration } from './units.ts';

const SimulatedPhone = z
  .strictObject({
    hardware: z
      .literal('simulated')
      .describe(
        'a phone without a line: a page of its own plays whoever is called, and no real call is made',
      ),
    port: z.int().min(1).max(65_535).default(8090).describe('TCP port of that page, always on 127.0.0.1'),
  })
  .describe('the phone');

/** A door's key is its id in the dataset; the same alphabet as there, which this folder must not import. */
const doorKey = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, "the door's id: 1–64 letters, digits, dots, dashes or underscores");

const SimulatedDoor = z
  .strictObject({
    hardware: z
      .literal('simulated')
      .describe(
        'a door without hardware, worked with `vestibule-sim`: strike, contact and REX are simulated',
      ),
    monitor: z.boolean().describe('whether a door monitor (contact) is fitted'),
    rex: z
      .enum(['release', 'report'])
      .describe(
        'what a request to exit does: `release` the door, or only `report` it (the hardware releases)',
      ),
    fire: z
      .enum(['release', 'ignore'])
      .describe('what the fire alarm input does: `release` the door in every mode, or `ignore` it'),
  })
  .describe('one door and how it is wired');

export const ControllerFile = z.strictObject({
  stateDir: z
    .string()
    .min(1)
    .default('./state')
    .describe('folder for `identity/`, `replica.db` and `events.db`; relative to this file'),
  console: z
    .strictObject({
      port: z
        .int()
        .min(1)
        .max(65_535)
        .default(8080)
        .describe('TCP port of the lobby screen, always on 127.0.0.1'),
      keypadDoor: doorKey.describe('the door that the lobby keypad opens; one of `doors`'),
      callDoor: doorKey
        .optional()
        .describe('the door that a called person opens; one of `doors`; absent: the keypad door'),
      showAnswerFor: duration(z.int().min(1_000).max(60_000))
        .prefault('8s')
        .describe('how long the answer to a code stays on the screen'),
    })
    .describe('the lobby screen'),
  doors: z
    .record(doorKey, z.discriminatedUnion('hardware', [SimulatedDoor, GpioDoor, SaltoDoor]))
    .refine((doors) => Object.keys(doors).length > 0, 'at least one door')
    .describe("the doors that this device drives, by their ids in the building's dataset"),
  gpio: GpioBackend,
  salto: SaltoServer.optional(),
  readers: Readers,
  cardFormats: CardFormats,
  phone: z
    .discriminatedUnion('hardware', [SimulatedPhone, SipPhone])
    .optional()
    .describe('what this console places calls with; absent: it places none'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .describe('the least severity that is written to the log'),
    })
    .default({ level: 'info' })
    .describe('the log, as JSON lines'),
});
export type ControllerFile = z.infer<typeof ControllerFile>;
