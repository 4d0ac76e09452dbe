/**
 * The steps of `vestibule door test`, apart from sockets and screens: strike, door monitor, REX. Each waits for what the
 * installer does, and says in a sentence what came of it.
 */
import type { DoorSeen } from './protocol.ts';

type StepName = 'strike' | 'monitor' | 'rex';

export interface StepResult {
  readonly step: StepName;
  /** Skipped: the door has no such part. */
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly sentence: string;
}

export interface DoorUnderTest {
  look(): Promise<DoorSeen>;
  /** Releases it for its access time; undefined, or why not. */
  release(): Promise<string | undefined>;
  /** Does the installer's part at a simulated door; absent where a person does. */
  readonly play?: (what: 'open' | 'shut' | 'exit') => Promise<void>;
  say(sentence: string): void;
  /** Resolves after `momentMs`. */
  moment(): Promise<void>;
  /** How many moments a person is given for each thing to do. */
  readonly patience: number;
}

/** Between two looks. */
export const momentMs = 50;

const settledMoments = 150;

/** A lock is waited for as long as it takes, whatever patience the installer has asked for. */
const relockMoments = ({ accessTimeMs }: DoorSeen): number =>
  Math.ceil(accessTimeMs / momentMs) + settledMoments;

/** Looks again and again until it is so; the last look, or undefined where it never was. */
async function until(
  door: DoorUnderTest,
  isSo: (seen: DoorSeen) => boolean,
  moments: number,
): Promise<DoorSeen | undefined> {
  for (let left = moments; left > 0; left -= 1) {
    const seen = await door.look();
    if (isSo(seen)) return seen;
    await door.moment();
  }
  return undefined;
}

const isShut = ({ open }: DoorSeen): boolean => open === false;

/** A door that is held open by its mode cannot show that it relocks. */
const isAtRest = ({ released, leaving }: DoorSeen): boolean => !released && !leaving;

export async function walkDoor(door: DoorUnderTest): Promise<readonly StepResult[]> {
  const strike = await tryStrike(door);
  if (strike.result === 'failed') return [strike];
  return [strike, await tryMonitor(door), await tryRex(door)];
}

async function tryStrike(door: DoorUnderTest): Promise<StepResult> {
  const step = 'strike';
  const { mode } = await door.look();
  if (mode !== 'Locked' && mode !== 'Accessed')
    return failed(step, `The door is ${mode}: it can only be tested while it is Locked.`);
  door.say('Strike: it is released now. Listen for it, and push the door if you like.');
  const refused = await door.release();
  if (refused !== undefined) return failed(step, refused);
  const released = await until(door, (seen) => seen.released, settledMoments);
  if (released === undefined) return failed(step, 'The lock did not release.');
  const { hasMonitor, accessTimeMs } = released;
  if (hasMonitor) return passed(step, `The lock was released, for ${accessTimeMs / 1_000} s.`);
  const secured = await until(door, isAtRest, relockMoments(released));
  return secured === undefined
    ? failed(step, 'The lock was released, and did not lock again.')
    : passed(step, 'The lock was released, and locked again.');
}

async function tryMonitor(door: DoorUnderTest): Promise<StepResult> {
  const step = 'monitor';
  const before = await door.look();
  if (!before.hasMonitor) return { step, result: 'skipped', sentence: 'No door monitor is configured.' };
  // A monitor that is wired the wrong way round says open and shut in turn, too.
  const notShut = await seesItShut(door, before);
  if (notShut !== undefined) return failed(step, notShut);
  door.say('Door monitor: open the door, and shut it again.');
  await door.play?.('open');
  let waited = 0;
  for (; waited < door.patience; waited += 1) {
    const seen = await door.look();
    if (seen.open === true) break;
    // The access time is over before the door was opened: once more.
    if (isAtRest(seen)) await door.release();
    await door.moment();
  }
  if (waited === door.patience)
    return failed(step, 'The door monitor never said that the door is open: see its wires and the magnet.');
  door.say('The door is open: now shut it.');
  await door.play?.('shut');
  const shut = await until(door, isShut, door.patience);
  if (shut === undefined) return failed(step, 'The door monitor never said that the door is shut again.');
  const rests = await until(door, isAtRest, relockMoments(shut));
  return rests === undefined
    ? failed(step, 'The door was opened and shut, and did not lock again.')
    : passed(step, 'The door was opened and shut, and locked again.');
}

/** Undefined once the monitor says that the door is shut, or what it says instead. */
async function seesItShut(door: DoorUnderTest, before: DoorSeen): Promise<string | undefined> {
  if (isShut(before)) return undefined;
  const open =
    'The monitor says that the door is open: shut it, or correct `active` of the monitor if it is shut.';
  if (before.open === true) door.say(open);
  await door.play?.('shut');
  if ((await until(door, isShut, door.patience)) !== undefined) return undefined;
  return (await door.look()).open === true
    ? open
    : 'The monitor does not say whether the door is open or shut: see its wires, and "vestibule status".';
}

async function tryRex(door: DoorUnderTest): Promise<StepResult> {
  const step = 'rex';
  door.say('Exit: press the button (or the handle), and let it go.');
  await door.play?.('exit');
  const pressed = await until(door, (seen) => seen.leaving, door.patience);
  if (pressed === undefined)
    return failed(step, 'No request to exit has come: see the button and its wires.');
  if (pressed.rex === 'report')
    return passed(step, 'The request to exit was seen; this door is released by its own hardware then.');
  if (!pressed.released) return failed(step, 'The request to exit was seen, and the lock did not release.');
  const rests = await until(door, isAtRest, relockMoments(pressed));
  return rests === undefined
    ? failed(step, 'The exit released the door, and it did not lock again: is the button stuck?')
    : passed(step, 'The exit released the door, and it locked again.');
}

const passed = (step: StepName, sentence: string): StepResult => ({ step, result: 'passed', sentence });
const failed = (step: StepName, sentence: string): StepResult => ({ step, result: 'failed', sentence });
