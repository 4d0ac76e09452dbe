import { describe, expect, it } from 'vitest';
import { GuestId } from '../../controller/core/dataset.ts';
import {
  annsCard,
  annsCode,
  codeHash,
  gusCode,
  householdShell,
  lobbyDoor,
  put,
  Shell,
} from '../support/controller-shell.ts';
import { whileDiskRefuses } from '../support/refusing-disk.ts';
import { aBuilding, aCredential, aGuest, aResident } from '../support/rows.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const wrong = '00000000';
const plain = 'The door did not open. Please contact your host or the manager.';

const miss = (shell: Shell, count = 1, accessPoint = 'keypad') =>
  Array.from({ length: count }, () => shell.type(wrong, { accessPoint }).reason);
const reason = (shell: Shell, digits = annsCode, accessPoint = 'keypad') => {
  const answer = shell.type(digits, { accessPoint });
  return answer.reason ?? answer.outcome;
};
/** Misses so slowly that no keypad locks. */
const spend = (shell: Shell, count = 30) => {
  for (let n = 0; n < count; n += 1) {
    miss(shell);
    if (n < count - 1) shell.time.pass(20 * second);
  }
};
const typesOf = (shell: Shell, act: () => unknown) => shell.eventsOf(act).map(({ type }) => type);

/** The same folder after a kill, on a clock that begins at nothing. */
const restarted = (shell: Shell): Shell => {
  shell.close();
  return new Shell({ dir: shell.dir });
};

describe('a keypad', () => {
  it('takes no code after five misses in a minute, also no right one, and after 30 seconds it does again', () => {
    const shell = householdShell();
    miss(shell, 4);
    expect(reason(shell)).toBe('grant');
    miss(shell);
    expect([reason(shell), reason(shell, gusCode), reason(shell, wrong)]).toEqual(Array(3).fill('lockedOut'));
    shell.time.pass(30 * second - 1);
    expect(reason(shell)).toBe('lockedOut');
    shell.time.pass(1);
    expect(reason(shell)).toBe('grant');
  });

  it('tells the cloud of its lock in the miss’s own transaction, and of the end when it comes', () => {
    const shell = householdShell();
    miss(shell, 4);
    expect(shell.eventsOf(() => miss(shell))).toMatchObject([
      { type: 'AccessDenied', reason: 'unknownCredential' },
      {
        ...{ type: 'KeypadLockedOut', severity: 'alarm', accessPoint: 'keypad', entry: 'code' },
        ...{ lockMs: 30 * second, door: 'lobby' },
      },
    ]);
    expect(shell.eventsOf(() => shell.time.pass(30 * second))).toMatchObject([
      { type: 'KeypadLockoutEnded', severity: 'notice', accessPoint: 'keypad', entry: 'code' },
    ]);
  });

  it('is not locked for longer by who tries while it is locked', () => {
    const shell = householdShell();
    miss(shell, 5);
    for (let n = 0; n < 30; n += 1) {
      expect(reason(shell, wrong)).toBe('lockedOut');
      shell.time.pass(second);
    }
    expect(reason(shell)).toBe('grant');
  });

  it('tells who is locked out no more than anybody else', () => {
    const shell = householdShell();
    miss(shell, 5);
    expect(shell.type(annsCode).sentence.en).toBe(plain);
  });

  it('goes on for cards, commands and people who leave while codes are locked out', () => {
    const shell = householdShell();
    miss(shell, 5);
    expect(shell.hold(annsCard, { accessPoint: 'keypad' }).outcome).toBe('grant');
    shell.time.pass(6 * second);
    const by = { kind: 'guest', id: GuestId.parse('gus') } as const;
    const unlock = { op: 'unlock', id: 'c-1', extended: false, door: lobbyDoor, by } as const;
    expect(shell.commands.execute(unlock)).toMatchObject({ outcome: 'done' });
    shell.time.pass(6 * second);
    expect([reason(shell), shell.wires().released]).toEqual(['lockedOut', false]);
    shell.wires().play({ kind: 'rex', active: true });
    expect(shell.wires().released).toBe(true);
  });

  it('leaves other keypads of the building open', () => {
    const shell = householdShell();
    miss(shell, 5);
    expect(reason(shell, annsCode, 'garage keypad')).toBe('grant');
  });

  it('counts no wrong card, and no right code at a door that is locked down', () => {
    const shell = householdShell();
    for (let n = 0; n < 10; n += 1) shell.hold('000001', { accessPoint: 'keypad' });
    const lockdown = { scope: 'building', on: true, counter: 1 } as const;
    shell.commands.execute({ op: 'lockdown', id: 'c-1', lockdown });
    for (let n = 0; n < 10; n += 1) expect(reason(shell)).toBe('lockedDown');
    shell.commands.execute({ op: 'lockdown', id: 'c-2', lockdown: { ...lockdown, on: false, counter: 2 } });
    expect(reason(shell)).toBe('grant');
  });

  it.each([
    ['a revoked code', { revoked: true }, 'revoked'],
    ['a code that is over', { endsAt: '2026-06-01T00:00:00.000Z' }, 'expired'],
    ['a code that has not begun', { startsAt: '2026-06-15T21:00:00.000Z' }, 'notActiveYet'],
  ])('counts %s as a miss', (_name, fields, why) => {
    const shell = householdShell();
    shell.publish(put('guest', aGuest('gus', { version: 2, hash: codeHash(gusCode), ...fields })));
    const reasons = Array.from({ length: 6 }, () => reason(shell, gusCode));
    expect(reasons).toEqual([...Array(5).fill(why), 'lockedOut']);
  });

  it('locks as the building’s own rules say, from the delta on that brings them', () => {
    const shell = householdShell();
    const lockout = {
      ...{ missesPerMinute: 2, lockMs: 5_000, maxLockMs: 5_000, forgiveAfterMs: hour },
      ...{ freeMissesPerDay: 30, thenOneTryPerMs: 1 },
    };
    shell.publish(put('building', aBuilding({ version: 2, lockout })));
    expect([...miss(shell, 2), reason(shell)]).toEqual([...Array(2).fill('unknownCredential'), 'lockedOut']);
    shell.time.pass(5_000);
    expect(reason(shell)).toBe('grant');
  });
});

describe('the building', () => {
  it('has 30 free misses a day, then one try in 15 minutes, at all keypads, and says so', () => {
    const shell = householdShell();
    spend(shell, 29);
    shell.time.pass(20 * second);
    expect(typesOf(shell, () => miss(shell))).toEqual(['AccessDenied', 'GuessBudgetSpent']);
    shell.time.pass(15 * minute - 1);
    expect(reason(shell, annsCode, 'garage keypad')).toBe('lockedOut');
    shell.time.pass(1);
    expect([reason(shell), reason(shell), ...miss(shell), reason(shell)]).toEqual([
      ...['grant', 'grant'],
      ...['unknownCredential', 'lockedOut'],
    ]);
  });

  it('has its free misses back a day later', () => {
    const shell = householdShell();
    spend(shell);
    expect(typesOf(shell, () => shell.time.pass(day))).toContain('GuessBudgetRestored');
    miss(shell);
    expect(reason(shell)).toBe('grant');
  });

  it('gives each of two consoles half of it', () => {
    const shell = householdShell();
    shell.publish(put('building', aBuilding({ version: 2, consoles: 2 })));
    spend(shell, 15);
    shell.time.pass(30 * minute - 1);
    expect(reason(shell)).toBe('lockedOut');
    shell.time.pass(1);
    expect(reason(shell)).toBe('grant');
  });
});

describe('a restart', () => {
  it('ends no lock: it lasts at least as long as it would have, and its end is told', () => {
    const shell = householdShell();
    miss(shell, 5);
    const again = restarted(shell);
    expect(reason(again)).toBe('lockedOut');
    again.time.pass(30 * second - 1);
    expect(reason(again)).toBe('lockedOut');
    expect(typesOf(again, () => again.time.pass(1))).toEqual(['KeypadLockoutEnded']);
    expect(reason(again)).toBe('grant');
  });

  it('gives no try back, however often it comes', () => {
    let shell = householdShell();
    for (let n = 0; n < 30; n += 1) {
      // No keypad counts to five: it is the building's budget that is tried.
      expect(miss(shell, 1, `keypad ${n}`)).toEqual(['unknownCredential']);
      shell.time.pass(14 * minute);
      shell = restarted(shell);
    }
    expect(reason(shell)).toBe('lockedOut');
  });

  it('remembers that somebody has been guessing: no times are told for a minute', () => {
    const shell = householdShell();
    const early = { hash: codeHash('55556666'), startsAt: '2026-06-15T21:00:00.000Z' };
    shell.publish(put('guest', aGuest('eve', early)));
    miss(shell);
    expect(restarted(shell).type('55556666').sentence.en).toBe(plain);
  });

  it('costs at most 15 minutes of what had passed, and nothing when the controller was stopped', () => {
    const shell = householdShell();
    spend(shell);
    shell.time.pass(day - hour);
    shell.guesses.close();
    const stopped = restarted(shell);
    stopped.time.pass(hour);
    miss(stopped);
    expect(reason(stopped)).toBe('grant');

    const other = householdShell();
    spend(other);
    other.time.pass(day - hour);
    const killed = restarted(other);
    killed.time.pass(hour + 15 * minute);
    miss(killed);
    expect(reason(killed)).toBe('grant');
  });
});

describe('while the disk refuses', () => {
  it('a try opens nothing and tells nothing, and the lock’s end is told when it can be', () => {
    const shell = householdShell();
    const answers = whileDiskRefuses(() => [shell.type(wrong), shell.type(annsCode)]);
    expect(answers[0]).toEqual(answers[1]);
    miss(shell, 5);
    whileDiskRefuses(() => shell.time.pass(30 * second));
    expect(typesOf(shell, () => shell.time.pass(15 * minute))).toEqual(['KeypadLockoutEnded']);
    expect(reason(shell)).toBe('grant');
  });
});

describe('an entry at the lobby screen', () => {
  const lit = () => {
    const shell = householdShell();
    shell.publish(
      put('resident', aResident('old', { moveOutDate: '2026-06-01' })),
      put('credential', aCredential('old', { kind: 'resident', id: 'old' }, { hash: codeHash('11110000') })),
      put('guest', aGuest('gone', { hash: codeHash('11110001'), revoked: true })),
      put('guest', aGuest('over', { hash: codeHash('11110002'), endsAt: '2026-06-01T00:00:00.000Z' })),
      put('guest', aGuest('early', { hash: codeHash('11110003'), startsAt: '2027-06-01T00:00:00.000Z' })),
    );
    shell.lobby.refresh();
    return shell;
  };
  /** Whether an answer is there at each of these times after submit. */
  const answeredAt = async (shell: Shell, digits: string, atMs: readonly number[]) => {
    let answered = false;
    const answer = shell.lobby.submit(digits).then(() => {
      answered = true;
    });
    const seen: boolean[] = [];
    let passed = 0;
    for (const at of atMs) {
      shell.time.pass(at - passed);
      passed = at;
      await new Promise(setImmediate);
      seen.push(answered);
    }
    await answer;
    return seen;
  };

  it.each([
    ['an unknown code', wrong],
    ['a revoked code', '11110001'],
    ['a code that is over', '11110002'],
    ['a code that has not begun', '11110003'],
    ['the code of somebody who moved out', '11110000'],
    ['a directory code', '0101'],
    ['a code of no known length', '1'],
  ])('is answered 250 ms after it was submitted: %s', async (_name, digits) => {
    expect(await answeredAt(lit(), digits, [0, 249, 250])).toEqual([false, false, true]);
  });

  it('is answered 250 ms after it was submitted at a keypad that is locked out, too', async () => {
    const shell = lit();
    miss(shell, 5, 'lobby-keypad');
    expect(await answeredAt(shell, annsCode, [0, 249, 250])).toEqual([false, false, true]);
  });

  it('tells the screens of a grant only: a denial’s event there would come when the decision was made', () => {
    const shell = lit();
    const { revision } = shell.lobby.state();
    shell.type(wrong);
    expect(shell.lobby.state().revision).toBe(revision);
    shell.type(annsCode);
    expect(shell.lobby.state().revision).toBeGreaterThan(revision);
  });

  it('opens and is answered at once when it is right', async () => {
    const shell = lit();
    const answer = shell.lobby.submit(annsCode);
    expect(shell.wires().released).toBe(true);
    expect(await answer).toMatchObject({ outcome: 'grant' });
  });

  it('is a directory code that somebody has as often as they like: a busy evening locks nobody out', async () => {
    const shell = lit();
    for (let n = 0; n < 6; n += 1) {
      const answer = shell.lobby.submit('0101');
      shell.time.pass(250);
      expect(await answer).toMatchObject({ reason: 'noNumber' });
    }
    expect(shell.guesses.isLockedOut({ accessPoint: 'lobby-keypad', entry: 'directoryCode' })).toBe(false);
  });

  it('hammered at a locked keypad is one event a minute, and none for each code', () => {
    const shell = lit();
    for (let n = 0; n < 5; n += 1) shell.type('00000000');
    const hammered = shell.eventsOf(() => {
      for (let n = 0; n < 100; n += 1) expect(shell.type('00000000')).toMatchObject({ reason: 'lockedOut' });
    });
    expect(hammered).toMatchObject([{ type: 'LockedKeypadTried', accessPoint: 'keypad', count: 1 }]);
    const later = shell.eventsOf(() => shell.time.pass(60 * second));
    expect(later).toContainEqual(expect.objectContaining({ type: 'LockedKeypadTried', count: 99 }));
  });

  it('is an unknown directory code five times in a minute, then not for 30 seconds; entry codes go on', async () => {
    const shell = lit();
    const typed = async (digits: string) => {
      const answer = shell.lobby.submit(digits);
      shell.time.pass(250);
      return answer;
    };
    // Ann has no number: her code is found, and calls nobody.
    const [anns, found] = ['0101', { outcome: 'notCalled', reason: 'noNumber' }] as const;
    const [nobodys, notFound] = ['9999', { outcome: 'notCalled', reason: 'unknownCallee' }] as const;
    for (let n = 0; n < 5; n += 1) expect(await typed(nobodys)).toMatchObject(notFound);
    expect(await typed(anns)).toMatchObject(notFound);
    expect(await shell.lobby.submit(annsCode)).toMatchObject({ outcome: 'grant' });
    expect(shell.events().filter(({ type }) => type === 'KeypadLockedOut')).toMatchObject([
      { accessPoint: 'lobby-keypad', entry: 'directoryCode' },
    ]);
    shell.time.pass(30 * second);
    expect(await typed(anns)).toMatchObject(found);
  });
});

describe('codes that are too short for their number', () => {
  const short = { version: 2, entryCodeLength: 6 };

  it('raise an alarm once, name the length that is needed, and its end is told', () => {
    const shell = householdShell();
    const said = { liveCodes: 2, neededLength: 6 };
    expect(typesOf(shell, () => shell.publish(put('building', aBuilding(short))))).toEqual([]);
    const tooShort = { version: 3, entryCodeLength: 5 };
    expect(shell.eventsOf(() => shell.publish(put('building', aBuilding(tooShort))))).toMatchObject([
      { type: 'CodesTooShort', severity: 'alarm', entryCodeLength: 5, ...said },
    ]);
    expect(typesOf(shell, () => shell.publish(put('resident', aResident('bea'))))).toEqual([]);
    const longEnough = { version: 4, entryCodeLength: 6 };
    expect(shell.eventsOf(() => shell.publish(put('building', aBuilding(longEnough))))).toMatchObject([
      { type: 'CodesLongEnough', severity: 'notice', entryCodeLength: 6, ...said },
    ]);
  });

  it('raise it when more codes come, and not again after a restart', () => {
    const shell = householdShell();
    shell.publish(put('building', aBuilding(short)));
    const guests = Array.from({ length: 6 }, (_, n) =>
      put('guest', aGuest(`g${n}`, { hash: codeHash(`${n}`) })),
    );
    expect(shell.eventsOf(() => shell.publish(...guests))).toMatchObject([
      { type: 'CodesTooShort', liveCodes: 8, neededLength: 7 },
    ]);
    const again = restarted(shell);
    const alarms = again.events().filter(({ type }) => type === 'CodesTooShort');
    expect([alarms.length, again.journal.codesTooShort()]).toEqual([1, true]);
  });
});
