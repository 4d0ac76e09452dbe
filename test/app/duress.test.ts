import { describe, expect, it } from 'vitest';
import { toEntryAnswer, toViewModel } from '../../controller/console/view-model.ts';
import { ann, annsCode, codeHash, householdShell, put, type Shell } from '../support/controller-shell.ts';
import { aCredential, aDoor, aResident } from '../support/rows.ts';

const duressCode = '11223344';
const stepMs = 250;

type Prepare = (shell: Shell) => void;

interface Witnessed {
  /** What the screen was sent, what it was answered and how the strike moved, each with its time. */
  readonly seen: readonly unknown[];
  readonly told: readonly string[];
}

/** Somebody types this at the lobby's keypad; whom the door lets in goes through two seconds later, or never. */
async function witnessed(prepare: Prepare, code: string, entersAtMs: number): Promise<Witnessed> {
  const shell = householdShell();
  shell.publish(put('credential', aCredential('duress', ann, { hash: codeHash(duressCode), duress: true })));
  prepare(shell);
  shell.lobby.refresh();
  const { seq } = shell.journal.head();
  const seen: unknown[] = [];
  const note = (what: unknown): void => void seen.push([shell.time.monotonicMs(), what]);
  shell.wires().onMove = note;
  shell.lobby.onChange(() => note([toViewModel(shell.lobby.state()), shell.lobby.status().doors]));
  const answered = shell.lobby.submit(code).then((answer) => note(toEntryAnswer(answer)));
  for (let ms = 0; ms < 20_000; ms += stepMs) {
    await new Promise(setImmediate);
    if (ms === entersAtMs && shell.wires().released) shell.wires().play({ kind: 'monitor', open: true });
    if (ms === 3_000) shell.wires().play({ kind: 'monitor', open: false });
    shell.time.pass(stepMs);
  }
  await answered;
  return { seen, told: shell.events(seq).map(({ type }) => type) };
}

const lobbyIs =
  (fields: object): Prepare =>
  (shell) =>
    void shell.publish(put('door', aDoor('lobby', { version: 2, ...fields })));
const annIs =
  (fields: object): Prepare =>
  (shell) =>
    void shell.publish(put('resident', aResident('ann', { version: 2, ...fields })));
const lockdown = { scope: 'building', on: true, counter: 1 } as const;

describe('to anyone who watches the keypad, the screen and the door, a duress code', () => {
  it.each<[string, Prepare, string, number?]>([
    ['that opens', () => {}, 'AccessGranted'],
    ['of somebody who does not go in', () => {}, 'AccessGranted', Number.POSITIVE_INFINITY],
    ['of somebody with accessible timing', annIs({ extendedAccess: true }), 'AccessGranted'],
    ['of somebody who is suspended', annIs({ status: 'suspended' }), 'AccessDenied'],
    ['at a door that wants a card', lobbyIs({ authentication: 'card' }), 'AccessDenied'],
    ['of the first of two', lobbyIs({ twoPerson: true }), 'AccessDenied'],
    [
      'in a lockdown',
      (shell) => void shell.commands.execute({ op: 'lockdown', id: 'all', lockdown }),
      'AccessDenied',
    ],
  ])('%s is like any other, to the moment', async (_, prepare, first, entersAtMs = 2_000) => {
    const calm = await witnessed(prepare, annsCode, entersAtMs);
    const forced = await witnessed(prepare, duressCode, entersAtMs);
    expect(forced.seen).toEqual(calm.seen);
    expect(calm.told).toContain(first);
    expect(forced.told).toEqual(calm.told.flatMap((type) => (type === first ? [type, 'Duress'] : [type])));
  });
});
