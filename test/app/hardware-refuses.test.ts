import { describe, expect, it } from 'vitest';
import { faultSentence } from '../../controller/app/plain-sentences.ts';
import { GuestId } from '../../controller/core/dataset.ts';
import { annsCode, gusCode, householdShell, lobbyDoor, Shell } from '../support/controller-shell.ts';

const gus = GuestId.parse('gus');
const shown = (shell: Shell) => shell.lobby.status().doors[0];
const refuse = (problem: string) => (): void => {
  throw new Error(problem);
};
const onlyRefuse = (refused: 'release' | 'secure', problem: string) => (direction: string) => {
  if (direction === refused) throw new Error(problem);
};
const works = (): void => {};

describe('a strike that cannot be released', () => {
  it('is an alarm after the grant, and the person is told that the door cannot be opened from here', () => {
    const shell = householdShell();
    shell.wires().onMove = refuse('the relay board does not answer');
    const events = shell.eventsOf(() =>
      expect(shell.type(annsCode)).toEqual({ outcome: 'deny', reason: 'doorFault', sentence: faultSentence }),
    );
    expect(events).toMatchObject([
      { type: 'AccessGranted' },
      { type: 'DoorFault', severity: 'alarm', door: 'lobby', problem: 'the relay board does not answer' },
    ]);
  });

  it('shows on the screen and in the status, where it does not pass for released', () => {
    const shell = householdShell();
    shell.wires().onMove = refuse('the relay board does not answer');
    shell.type(annsCode);
    expect(shell.lobby.state().door).toMatchObject({ fault: true });
    expect(shown(shell)).toMatchObject({ fault: 'the relay board does not answer', released: false });
  });

  it('gives a guest the use back, and is one alarm however often it is tried', () => {
    const shell = householdShell();
    shell.wires().onMove = onlyRefuse('release', 'no relay');
    const faults = shell
      .eventsOf(() => {
        for (let tries = 0; tries < 3; tries += 1) {
          shell.type(gusCode);
          shell.time.pass(5_000);
        }
      })
      .filter(({ type }) => type.startsWith('DoorFault'));
    expect(faults).toHaveLength(1);
    expect(shell.journal.guestUses(gus).used).toBe(0);
  });

  it('is well again once a release works: the fault ends, and the answer is a grant', () => {
    const shell = householdShell();
    shell.wires().onMove = onlyRefuse('release', 'no relay');
    shell.type(annsCode);
    shell.time.pass(5_000);
    shell.wires().onMove = works;
    const events = shell.eventsOf(() => expect(shell.type(annsCode).outcome).toBe('grant'));
    expect(events).toMatchObject([
      { type: 'AccessGranted' },
      { type: 'DoorFaultEnded', severity: 'notice', problem: 'no relay' },
    ]);
    expect(shown(shell)).toMatchObject({ released: true });
    expect(shown(shell)).not.toHaveProperty('fault');
  });

  it.each([
    ['another code', (shell: Shell) => shell.type(annsCode)],
    ['a request to exit', (shell: Shell) => shell.wires().play({ kind: 'rex', active: true })],
    ['fire', (shell: Shell) => shell.wires().play({ kind: 'fire', active: true })],
  ])('is tried again by %s within the access time', (_, act) => {
    const shell = householdShell();
    shell.wires().onMove = refuse('no relay');
    shell.type(annsCode);
    shell.wires().onMove = works;
    act(shell);
    expect(shell.wires().released).toBe(true);
    expect(shown(shell)).toMatchObject({ released: true });
    expect(shown(shell)).not.toHaveProperty('fault');
  });

  it('fails a command with the reason, and does not make it "done"', () => {
    const shell = householdShell();
    shell.wires().onMove = refuse('no relay');
    const by = { kind: 'guest', id: gus } as const;
    const seen = shell.commands.execute({ op: 'unlock', id: 'c-1', door: lobbyDoor, extended: false, by });
    expect(seen).toMatchObject({ outcome: 'failed', reason: 'doorFault' });
    expect(shell.journal.seenCommand('c-1')).toEqual(seen);
  });
});

describe('a strike that cannot be secured', () => {
  it('is an alarm, shows as released, and is tried again with the next input', () => {
    const shell = householdShell();
    shell.wires().onMove = onlyRefuse('secure', 'the relay sticks');
    shell.type(annsCode);
    const stuck = shell.eventsOf(() => shell.time.pass(5_000));
    expect(stuck.at(-1)).toMatchObject({ type: 'DoorFault', severity: 'alarm', problem: 'the relay sticks' });
    expect(shown(shell)).toMatchObject({ mode: 'Locked', released: true, fault: 'the relay sticks' });

    shell.wires().onMove = works;
    const freed = shell.eventsOf(() => shell.wires().play({ kind: 'monitor', open: true }));
    expect(freed.at(-1)).toMatchObject({ type: 'DoorFaultEnded', problem: 'the relay sticks' });
    expect(shown(shell)).toMatchObject({ released: false });
  });
});

describe('hardware that reports a fault by itself', () => {
  it('is an alarm once, and ends when the hardware says so', () => {
    const shell = householdShell();
    const report = (problem: string | undefined) => shell.wires().play({ kind: 'fault', problem });
    const events = shell.eventsOf(() => {
      for (const problem of ['wire cut', 'wire cut', undefined, undefined]) report(problem);
    });
    expect(events).toMatchObject([
      { type: 'DoorFault', problem: 'wire cut' },
      { type: 'DoorFaultEnded', problem: 'wire cut' },
    ]);
  });

  it('keeps its fault while another door’s access goes on', () => {
    const shell = householdShell({ doors: ['lobby', 'garage'] });
    shell.wires('garage').play({ kind: 'fault', problem: 'wire cut' });
    expect(shell.type(annsCode).outcome).toBe('grant');
    expect(shell.lobby.status().doors).toMatchObject([{ id: 'lobby' }, { id: 'garage', fault: 'wire cut' }]);
  });

  it('that does not start leaves a faulty door and a running controller', () => {
    const shell = new Shell({
      prepare: (wires) => {
        wires.start = refuse('no such device: /dev/gpiochip9');
      },
    });
    expect(shown(shell)).toMatchObject({ mode: 'Locked', fault: 'no such device: /dev/gpiochip9' });
    expect(shell.events().at(-1)).toMatchObject({ type: 'DoorFault', severity: 'alarm' });
  });
});
