/** Wired doors on the lines of this machine (docs/gpio.md), and what a schema cannot say of them. */
import { z } from 'zod';
import { duration } from './units.ts';

const line = {
  chip: z
    .string()
    .regex(/^[\x21-\x7e]{1,31}$/, 'the label of a chip, as `gpiodetect` shows it in brackets')
    .describe('the label of the chip that has the line, as `gpiodetect` shows it in brackets'),
  line: z.int().min(0).max(1_023).describe("the line's number on that chip; 17 is BCM 17 on a Raspberry Pi"),
};
const active = z.enum(['high', 'low']).default('high');

const Strike = z.strictObject({
  ...line,
  active: active.describe('the voltage that energises the relay'),
  failMode: z
    .enum(['fail-secure', 'fail-safe'])
    .describe(
      '`fail-secure`: the relay is energised to release (a strike); `fail-safe`: it is energised to hold (a magnet)',
    ),
  safeState: z
    .enum(['secured', 'released'])
    .default('secured')
    .describe('how the lock is left while no controller runs: at boot, after its end and after a crash'),
});

const contact = {
  ...line,
  debounce: duration(z.int().min(1).max(1_000))
    .prefault('20ms')
    .describe('how long the contact must be quiet until it counts; a shorter pulse does not'),
};
const contactThat = (says: string) =>
  z.strictObject({ ...contact, active: active.describe(`the voltage that says: ${says}`) });

export const GpioDoor = z
  .strictObject({
    hardware: z
      .literal('gpio')
      .describe("a wired door on this machine's own lines; `gpio` names the backend"),
    strike: Strike.describe('the relay of the lock'),
    monitor: contactThat('the door is open').optional().describe('the door monitor; absent: none is fitted'),
    lockMonitor: contactThat('the bolt is thrown, the magnet holds')
      .optional()
      .describe('the lock monitor; absent: none is fitted'),
    rex: contactThat('the button is pressed')
      .extend({
        does: z
          .enum(['release', 'report'])
          .describe(
            'what a request to exit does: `release` the door, or only `report` it (the hardware releases)',
          ),
      })
      .optional()
      .describe('the request to exit; absent: none is wired to us'),
    fire: contactThat('fire alarm')
      .extend({
        does: z
          .enum(['release', 'ignore'])
          .describe('what the fire alarm does: `release` the door in every mode, or `ignore` it'),
      })
      .optional()
      .describe('the fire alarm input; absent: none is wired to us'),
    fireWith: z
      .string()
      .optional()
      .describe(
        'another door of this device, whose fire alarm input opens this one, too, instead of one of its own; a wired door (`gpio`) follows a wired one',
      ),
    tamper: contactThat('the housing is open')
      .optional()
      .describe('the tamper contact; absent: none is fitted'),
  })
  .describe('one door on lines of this machine');

export const GpioBackend = z
  .strictObject({
    backend: z
      .enum(['onoff', 'gpiod'])
      .describe(
        "`onoff`: the kernel's older interface, /sys/class/gpio; `gpiod`: character devices, /dev/gpiochip*, with libgpiod 1. Neither stands in for the other",
      ),
  })
  .optional()
  .describe('how the lines of this machine are reached; needed where a door has `hardware: gpio`');

export type GpioDoorWiring = z.output<typeof GpioDoor>;
export type GpioBackendName = NonNullable<z.output<typeof GpioBackend>>['backend'];

/** Every line that a door uses, by its part. */
export const linesOf = (door: GpioDoorWiring) =>
  (['strike', 'monitor', 'lockMonitor', 'rex', 'fire', 'tamper'] as const).flatMap((part) => {
    const wiring = door[part];
    return wiring === undefined ? [] : [{ part, chip: wiring.chip, line: wiring.line }];
  });

interface AnyDoor {
  readonly hardware: string;
  readonly fireWith?: string | undefined;
}
interface GpioProblem {
  readonly path: readonly string[];
  readonly what: string;
}

/** By chip and line, who has it. A door's id may hold dots: it is kept apart from the part. */
type LinesTaken = Map<string, { readonly door: string; readonly part: string }>;

/** The backend that is missing, lines that are used twice, and fire inputs that are counted on and not wired. */
export function problemInGpio(
  backend: z.output<typeof GpioBackend>,
  doors: Readonly<Record<string, AnyDoor>>,
): GpioProblem | undefined {
  const taken: LinesTaken = new Map();
  for (const [id, door] of Object.entries(doors)) {
    const problem = problemInFire(id, door, doors) ?? problemInDoor(id, door, backend, taken);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function problemInFire(
  id: string,
  door: AnyDoor,
  doors: Readonly<Record<string, AnyDoor>>,
): GpioProblem | undefined {
  const { fireWith } = door;
  if (fireWith === undefined) return undefined;
  const path = ['doors', id, 'fireWith'];
  const wired = Object.hasOwn(doors, fireWith) ? doors[fireWith] : undefined;
  if (isGpioDoor(door)) {
    if (door.fire !== undefined)
      return { path, what: 'stands beside a fire alarm input of its own, `fire`: take one of them out' };
    if (wired === undefined || !isGpioDoor(wired))
      return { path, what: `names "${fireWith}", which is no door with \`hardware: gpio\`` };
  }
  if (wired === undefined || !isGpioDoor(wired) || wired.fire !== undefined) return undefined;
  return {
    path,
    what: `names "${fireWith}", which has no fire alarm input: wire one to it (\`fire\`), or name a door that has one`,
  };
}

function problemInDoor(
  id: string,
  door: AnyDoor,
  backend: z.output<typeof GpioBackend>,
  taken: LinesTaken,
): GpioProblem | undefined {
  if (!isGpioDoor(door)) return undefined;
  if (backend === undefined) {
    return {
      path: ['doors', id, 'hardware'],
      what: 'is "gpio", and the file has no section "gpio": say there with which backend, `onoff` or `gpiod`',
    };
  }
  for (const { part, chip, line } of linesOf(door)) {
    const other = taken.get(`${chip} ${line}`);
    taken.set(`${chip} ${line}`, { door: id, part });
    if (other === undefined) continue;
    return {
      path: ['doors', id, part, 'line'],
      what: `is the ${sharedAs(part, other)}`,
    };
  }
  return undefined;
}

function sharedAs(part: string, other: { readonly door: string; readonly part: string }): string {
  const place = `doors.${other.door}.${other.part}`;
  if (part === 'strike' && other.part === part)
    return `relay of ${place}, too: two doors cannot be on one relay; give each its own`;
  if (part === 'fire' && other.part === part)
    return `line of ${place}, too: let this door follow that input with \`fireWith: ${other.door}\``;
  return `line of ${place}, too: give each its own`;
}

const isGpioDoor = (door: AnyDoor): door is GpioDoorWiring => door.hardware === 'gpio';
