import { describe, expect, it } from 'vitest';
import { endedSentences, notCalledSentences } from '../../controller/app/call-sentences.ts';
import { DoorId, ResidentId, StaffId } from '../../controller/core/dataset.ts';
import type { Sentence } from '../../controller/ports/access-control.ts';
import type { CallAnswer } from '../../controller/ports/lobby.ts';
import { type Body, householdShell, put, Shell } from '../support/controller-shell.ts';
import { HandTime } from '../support/hand-time.ts';
import { whileDiskRefuses } from '../support/refusing-disk.ts';
import { aBuilding, aDoor, aGrant, aResident } from '../support/rows.ts';

const second = 1_000;
const annsPhone = '+15145550101';
const annsWork = '+15145550102';
const desk = '+15145550199';
const cannotBeCalled = {
  en: 'This resident can’t be called from here. Try calling them on your own phone, or contact the manager.',
  fr: 'Cette personne ne peut pas être appelée d’ici. Essayez de l’appeler de votre propre téléphone, ou communiquez avec la direction de l’immeuble.',
};

/** A lit shell in which Ann can be called. */
function lit(shell: Shell = householdShell(), fields: Parameters<typeof aResident>[1] = {}): Shell {
  shell.housekeeping.start([], []);
  shell.lobby.start();
  shell.publish(put('resident', aResident('ann', { version: 2, phone: annsPhone, ...fields })));
  return shell;
}

function touch(shell: Shell, name = 'Zoé Tremblay'): CallAnswer {
  const entry = shell.lobby.state().directory.find((one) => one.name === name);
  if (entry === undefined) throw new Error(`${name} is not in the directory`);
  return shell.lobby.call({ resident: entry.id });
}

async function type(shell: Shell, digits: string) {
  const answer = shell.lobby.submit(digits);
  shell.time.pass(250);
  return await answer;
}

/** The same console after a kill: what had not been committed is gone. */
function restarted(shell: Shell): Shell {
  shell.close();
  const after = new Shell({ dir: shell.dir, time: shell.time });
  after.lobby.start();
  return after;
}

const phase = (shell: Shell) => shell.lobby.state().call?.phase;
const ofCalls = (events: readonly Body[]) =>
  events
    .filter(({ type: name }) => name.startsWith('Call'))
    .map(({ type: name, ...rest }) => ({ name, rest }));

describe('touching a name', () => {
  it('rings that resident’s phone, and shows who is called', () => {
    const shell = lit();
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
    expect(shell.phone.leg).toMatchObject({ number: annsPhone, target: 'phone' });
    expect(shell.lobby.state().call).toMatchObject({
      to: 'resident',
      callee: { name: 'Zoé Tremblay', suite: '101' },
      phase: { kind: 'calling' },
    });
  });

  it('is an event before anything rings, and holds no number', () => {
    const shell = lit();
    const events = shell.eventsOf(() => touch(shell));
    expect(events).toMatchObject([
      { type: 'CallStarted', from: 'directory', resident: 'ann', simulated: true },
    ]);
    expect(JSON.stringify(shell.events())).not.toContain('514555');
    expect(JSON.stringify(shell.lobby.state())).not.toContain('514555');
  });

  it('rings nobody when the disk refuses that event', () => {
    const shell = lit();
    const answer = whileDiskRefuses(() => touch(shell));
    expect(answer).toMatchObject({ outcome: 'notCalled', reason: 'storageFault' });
    expect(shell.phone.dialled).toEqual([]);
    expect(shell.lobby.state()).not.toHaveProperty('call');
  });

  it('of somebody who has moved out since is told, and rings nobody', () => {
    const shell = lit();
    const [entry] = shell.lobby.state().directory;
    shell.publish(put('resident', aResident('ann', { version: 3, phone: annsPhone, status: 'suspended' })));
    const answer = shell.lobby.call({ resident: entry?.id ?? '' });
    expect(answer).toMatchObject({ reason: 'notListed' });
    expect(answer).toHaveProperty('sentence.en', expect.not.stringContaining('code'));
    expect(shell.lobby.call({ resident: 'ann' })).toMatchObject({ reason: 'notListed' });
    expect(shell.phone.dialled).toEqual([]);
  });

  it('of a resident without a number is told, with the way out', () => {
    const shell = lit(householdShell(), { phone: undefined });
    const events = shell.eventsOf(() =>
      expect(touch(shell)).toEqual({ outcome: 'notCalled', reason: 'noNumber', sentence: cannotBeCalled }),
    );
    expect(events).toMatchObject([{ type: 'CallRefused', reason: 'noNumber', resident: 'ann' }]);
    expect(events[0]).not.toHaveProperty('numbersLeftOut');
    expect(shell.lobby.state()).not.toHaveProperty('call');
  });

  // As another head-end might send it: ours refuses to publish such a row.
  it.each([
    '416-555-CALL',
    '+1 416 555 0100',
    '++14165550100',
    '1+4165550100',
    'sip:ann@evil.example',
    '+1011881612345',
    '',
  ])(
    'of somebody whose number is %j is told, and rings nobody; their code opens as before',
    async (phone) => {
      const shell = lit();
      shell.publish(put('resident', aResident('ann', { version: 3, phone })));
      for (const call of [() => touch(shell), () => type(shell, '0101')]) {
        const answer = await call();
        expect(answer).toEqual({ outcome: 'notCalled', reason: 'noNumber', sentence: cannotBeCalled });
      }
      expect(shell.phone.dialled).toEqual([]);
      const told = { type: 'CallRefused', reason: 'noNumber', resident: 'ann', numbersLeftOut: 1 };
      expect(shell.events().filter(({ type: name }) => name === 'CallRefused')).toMatchObject([told, told]);
      expect(JSON.stringify(shell.events())).not.toContain(phone === '' ? '514555' : phone);
      expect(await shell.lobby.submit('12345678')).toMatchObject({ outcome: 'grant' });
    },
  );

  it('of somebody one of whose numbers is none rings the next, and that one is left out is recorded', () => {
    const shell = lit(householdShell(), { phone: '416-555-CALL', escalationNumbers: [annsWork] });
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
    expect(shell.phone.leg).toMatchObject({ number: annsWork });
    expect(ofCalls(shell.events())[0]?.rest).toMatchObject({ numbersLeftOut: 1 });
  });

  it('in quiet hours is told, and rings nobody', () => {
    const shell = lit(householdShell(), { doNotDisturb: [{ days: [1], from: '00:00', to: '24:00' }] });
    const events = shell.eventsOf(() => expect(touch(shell)).toMatchObject({ reason: 'doNotDisturb' }));
    expect(events).toMatchObject([{ type: 'CallRefused', reason: 'doNotDisturb', resident: 'ann' }]);
    expect(shell.phone.dialled).toEqual([]);
  });
});

describe('a directory code', () => {
  it('calls, and shows the name of a resident who shows it', async () => {
    const shell = lit();
    expect(await shell.lobby.submit('0101')).toMatchObject({ outcome: 'calling' });
    expect(shell.lobby.state().call).toMatchObject({ callee: { name: 'Zoé Tremblay' } });
    expect(ofCalls(shell.events())[0]?.rest).toMatchObject({ from: 'directoryCode' });
  });

  it('calls a hidden resident too, without a name', async () => {
    const shell = lit();
    const { displayName: _, ...hidden } = aResident('hid', {
      ...{ showOnConsole: false, directoryCode: '0202', phone: annsWork },
    });
    shell.publish(put('resident', hidden));
    expect(await shell.lobby.submit('0202')).toMatchObject({ outcome: 'calling' });
    expect(shell.phone.leg).toMatchObject({ number: annsWork });
    expect(shell.lobby.state().call).not.toHaveProperty('callee');
    expect(shell.lobby.state().call).toMatchObject({ to: 'resident', phase: { kind: 'calling' } });
  });

  it('names no hidden resident even where a head-end has sent the name', async () => {
    const shell = lit();
    const fields = {
      showOnConsole: false,
      overrideDisplayName: 'B. Secret',
      directoryCode: '0202',
      phone: annsWork,
    };
    shell.publish(put('resident', aResident('hid', fields)));
    expect(await shell.lobby.submit('0202')).toMatchObject({ outcome: 'calling' });
    expect(shell.lobby.state().call).not.toHaveProperty('callee');
    expect(JSON.stringify(shell.lobby.state())).not.toContain('Secret');
  });

  it.each<[string, Parameters<typeof aResident>[1]]>([
    ['nobody', { directoryCode: '9999' }],
    ['somebody suspended', { status: 'suspended' }],
    ['somebody not moved in yet', { moveInDate: '2031-01-01' }],
    ['somebody who has moved out', { moveOutDate: '2026-06-14' }],
  ])('of %s calls nobody, and says the same', async (_what, fields) => {
    const shell = lit(householdShell(), fields);
    expect(await type(shell, '0101')).toMatchObject({ outcome: 'notCalled', reason: 'unknownCallee' });
    expect(shell.phone.dialled).toEqual([]);
  });

  it('of two residents calls neither: the wrong one could open', async () => {
    const shell = lit();
    shell.publish(put('resident', aResident('twin', { phone: annsWork })));
    expect(await type(shell, '0101')).toMatchObject({ reason: 'unknownCallee' });
    expect(shell.phone.dialled).toEqual([]);
  });

  it('of a resident whose revocation came ahead of the row calls nobody', async () => {
    const shell = lit();
    const revocation = { table: 'resident', id: 'ann', maxVersion: 2, epoch: 1, seq: 99 } as const;
    shell.commands.execute({ id: 'c-1', op: 'revoke', revocation });
    expect(await type(shell, '0101')).toMatchObject({ reason: 'unknownCallee' });
  });

  it('is answered at once when it calls, and at the time of a denial when it does not', async () => {
    const shell = lit();
    let answered = false;
    void shell.lobby.submit('9999').then(() => {
      answered = true;
    });
    shell.time.pass(249);
    await Promise.resolve();
    expect(answered).toBe(false);
    expect(await shell.lobby.submit('0101')).toMatchObject({ outcome: 'calling' });
  });
});

describe('the concierge', () => {
  it('has no button where the number is none that consoles dial', () => {
    const shell = lit();
    shell.publish(put('building', aBuilding({ version: 2, conciergeNumber: '+19005550100' })));
    expect(shell.lobby.state().phone).toMatchObject({ concierge: false });
  });

  it('is called directly where there is one', () => {
    const shell = lit();
    expect(shell.lobby.state().phone).toMatchObject({ concierge: false });
    expect(shell.lobby.call('concierge')).toMatchObject({ outcome: 'notCalled', reason: 'noNumber' });
    shell.publish(put('building', aBuilding({ version: 2, conciergeNumber: desk })));
    expect(shell.lobby.state().phone).toMatchObject({ concierge: true });
    expect(shell.lobby.call('concierge')).toMatchObject({ outcome: 'calling' });
    expect(shell.phone.leg).toMatchObject({ number: desk, target: 'concierge' });
    expect(shell.lobby.state().call).toMatchObject({ to: 'concierge' });
  });

  it.each([true, false])('called directly opens a guest entrance and nothing else: %s', (guestEntrance) => {
    const shell = lit();
    shell.publish(
      put('building', aBuilding({ version: 2, conciergeNumber: desk })),
      put('door', aDoor('lobby', { version: 2, guestEntrance })),
    );
    shell.lobby.call('concierge');
    shell.phone.answers();
    shell.phone.press('9');
    expect(shell.wires().released).toBe(guestEntrance);
  });

  it('reached after the resident’s numbers opens as the resident would', () => {
    const shell = lit();
    shell.publish(put('building', aBuilding({ version: 2, conciergeNumber: desk })));
    touch(shell);
    shell.phone.ends('busy');
    expect(shell.phone.leg).toMatchObject({ number: desk });
    shell.phone.answers();
    const events = shell.eventsOf(() => shell.phone.press('9'));
    expect(events[0]).toMatchObject({ type: 'AccessGranted', subject: { kind: 'resident', id: 'ann' } });
  });
});

describe('the unlock digit', () => {
  const talking = (shell: Shell): Shell => {
    touch(shell);
    shell.phone.answers();
    return shell;
  };

  it('opens the call door as the resident, recorded first, and the line closes 5 seconds later', () => {
    const shell = talking(lit());
    const { call } = shell.lobby.state();
    expect(call?.phase).toEqual({ kind: 'talking', endsSoon: false });
    const events = shell.eventsOf(() => shell.phone.press('9'));
    expect(events[0]).toMatchObject({
      ...{ type: 'AccessGranted', door: 'lobby', accessPoint: 'call', call: call?.id },
      subject: { kind: 'resident', id: 'ann' },
    });
    expect(shell.wires().released).toBe(true);
    expect(shell.phone.tones).toEqual(['opened']);
    expect(phase(shell)).toMatchObject({ kind: 'opened' });
    shell.time.pass(5 * second);
    expect(shell.phone.hungUp).toEqual([shell.phone.leg.id]);
    // The door may have locked itself again by now.
    const ended = phase(shell);
    expect(ended).toMatchObject({ kind: 'ended', outcome: 'opened' });
    expect(JSON.stringify(ended)).not.toMatch(/is open|est ouverte/);
    shell.time.pass(8 * second);
    expect(shell.lobby.state()).not.toHaveProperty('call');
  });

  it('opens the console’s call door, whichever door the keypad opens', () => {
    const shell = lit(householdShell({ doors: ['lobby', 'inner'], callDoor: 'inner' }));
    shell.publish(
      put('door', aDoor('inner')),
      put('grant', aGrant('ann-inner', { kind: 'resident', id: 'ann' }, { door: 'inner' })),
    );
    talking(shell);
    shell.phone.press('9');
    expect(shell.wires('inner').released).toBe(true);
    expect(shell.wires('lobby').released).toBe(false);
  });

  it.each<[string, (shell: Shell) => void, string]>([
    [
      'in lockdown (check 3)',
      (shell) => {
        const lockdown = { scope: 'building', on: true, counter: 1 };
        shell.commands.execute({ id: 'l-1', op: 'lockdown', lockdown });
      },
      'lockedDown',
    ],
    [
      'when the resident has been suspended meanwhile (check 8)',
      (shell) => {
        shell.publish(put('resident', aResident('ann', { version: 9, status: 'suspended' })));
      },
      'suspended',
    ],
    [
      'when the resident has moved out meanwhile (check 8)',
      (shell) => {
        shell.publish(put('resident', aResident('ann', { version: 9, moveOutDate: '2026-06-14' })));
      },
      'movedOut',
    ],
    [
      'where the resident has no grant (check 10)',
      (shell) => {
        shell.publish({ delete: { table: 'grant', id: 'ann-lobby', version: 2 } });
      },
      'noGrant',
    ],
  ])('opens nothing %s, and may be pressed again', (_what, before, reason) => {
    const shell = talking(lit());
    before(shell);
    const events = shell.eventsOf(() => shell.phone.press('9'));
    expect(events).toMatchObject([{ type: 'AccessDenied', reason, accessPoint: 'call' }]);
    expect(shell.wires().released).toBe(false);
    expect(shell.phone.tones).toEqual(['notOpened']);
    expect(phase(shell)).toMatchObject({ kind: 'talking' });
  });

  it('opens nothing when the disk refuses the event', () => {
    const shell = talking(lit());
    whileDiskRefuses(() => shell.phone.press('9'));
    expect(shell.wires().released).toBe(false);
    expect(shell.phone.tones).toEqual(['notOpened']);
  });

  it('counts for nobody’s guess budget', () => {
    const shell = talking(lit());
    shell.publish({ delete: { table: 'grant', id: 'ann-lobby', version: 2 } });
    for (let n = 0; n < 8; n += 1) shell.phone.press('9');
    expect(shell.guesses.isLockedOut({ accessPoint: 'call', entry: 'code' })).toBe(false);
    expect(shell.events().some(({ type: name }) => name === 'KeypadLockedOut')).toBe(false);
  });

  it('lets the guest in and leaves the resident where they are: their own card works when they come home', () => {
    const shell = lit();
    const antipassback = { from: 'street', to: 'house', kind: 'hard' };
    shell.publish(put('door', aDoor('lobby', { version: 2, antipassback })));
    talking(shell).phone.press('9');
    const events = shell.eventsOf(() => shell.wires().play({ kind: 'monitor', open: true }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'AccessTaken' }));
    expect(events).not.toContainEqual(expect.objectContaining({ subject: expect.anything() }));
    shell.wires().play({ kind: 'monitor', open: false });
    shell.time.pass(30 * second);
    expect(shell.type('12345678')).toMatchObject({ outcome: 'grant' });
  });

  it('gives a resident with accessible timing the longer time', () => {
    const shell = talking(lit(householdShell(), { extendedAccess: true }));
    expect(shell.eventsOf(() => shell.phone.press('9'))[0]).toMatchObject({ extended: true });
  });
});

function ringsUnanswered(shell: Shell): void {
  shell.phone.rings();
  shell.time.pass(30 * second);
}
function answersAndHangsUp(shell: Shell): void {
  shell.phone.answers();
  shell.phone.ends('hungUp');
}
function talksToTheLimit(shell: Shell): void {
  shell.phone.answers();
  shell.time.pass(60 * second);
}

describe('how a call ends', () => {
  it.each<[string, (shell: Shell) => void, string]>([
    ['declined', (shell) => shell.phone.ends('declined'), 'declined'],
    ['busy', (shell) => shell.phone.ends('busy'), 'busy'],
    ['nobody answers', ringsUnanswered, 'noAnswer'],
    ['cannot be reached', (shell) => shell.phone.ends('unavailable'), 'unavailable'],
    ['the line fails', (shell) => shell.phone.ends('failed'), 'failed'],
    ['the line is dead', (shell) => shell.time.pass(8 * second), 'failed'],
    ['they hang up', answersAndHangsUp, 'talked'],
    ['a machine answers', talksToTheLimit, 'noAnswer'],
  ])('%s: it is told in both languages, recorded, and gone after a while', (_what, act, outcome) => {
    const shell = lit();
    touch(shell);
    act(shell);
    expect(phase(shell)).toMatchObject({
      ...{ kind: 'ended', outcome },
      sentence: { en: expect.any(String), fr: expect.any(String) },
    });
    expect(ofCalls(shell.events()).at(-1)).toMatchObject({ name: 'CallEnded', rest: { outcome } });
    shell.time.pass(8 * second);
    expect(shell.lobby.state()).not.toHaveProperty('call');
  });

  it('the guest is warned before a conversation’s limit', () => {
    const shell = lit();
    touch(shell);
    shell.phone.answers();
    shell.time.pass(50 * second);
    expect(phase(shell)).toEqual({ kind: 'talking', endsSoon: true });
    expect(shell.phone.tones).toEqual(['endsSoon']);
  });

  it('cancelled by the guest: the line is hung up and the screen is free at once', () => {
    const shell = lit();
    touch(shell);
    shell.phone.rings();
    shell.lobby.endCall(shell.lobby.state().call?.id ?? '');
    expect(shell.phone.hungUp).toEqual([shell.phone.leg.id]);
    expect(shell.lobby.state()).not.toHaveProperty('call');
    expect(ofCalls(shell.events()).at(-1)).toMatchObject({ rest: { outcome: 'cancelled' } });
  });

  it('a page that still shows an earlier call cancels nothing of the present one', () => {
    const shell = lit();
    touch(shell);
    const earlier = shell.lobby.state().call?.id ?? '';
    shell.lobby.endCall(earlier);
    touch(shell);
    shell.lobby.endCall(earlier);
    expect(phase(shell)).toEqual({ kind: 'calling' });
  });

  it('late news of an earlier leg changes nothing', () => {
    const shell = lit(householdShell(), { escalationNumbers: [annsWork] });
    touch(shell);
    const first = shell.phone.leg.id;
    shell.phone.ends('busy');
    shell.phone.answers(first);
    shell.phone.press('9', first);
    expect(phase(shell)).toEqual({ kind: 'calling' });
    expect(shell.wires().released).toBe(false);
  });

  it('the controller ends: the line is hung up', async () => {
    const shell = lit();
    touch(shell);
    await shell.calls?.close();
    expect(shell.phone.hungUp).toEqual([shell.phone.leg.id]);
  });
});

describe('after whatever comes to nothing, the next guest can call before any time has passed', () => {
  const failed = endedSentences.failed;
  const cannotCall = notCalledSentences.phoneFault;
  const engineLost = (shell: Shell): void => {
    touch(shell);
    shell.phone.says({ kind: 'broken', problem: 'The phone engine said something else.' });
    shell.phone.ends('failed');
    expect(touch(shell, 'Bob Roy')).toMatchObject({ reason: 'phoneFault', sentence: cannotCall });
    shell.phone.says({ kind: 'working' });
  };
  const silentUntilGivenUp = (shell: Shell): void => {
    touch(shell);
    shell.lobby.endCall(shell.lobby.state().call?.id ?? '');
  };

  it.each<[string, string | undefined, (shell: Shell) => unknown, Sentence | undefined, readonly string[]]>([
    ['a number with letters', '416-555-CALL', touch, cannotBeCalled, ['CallRefused']],
    ['a number with spaces', '+1 416 555 0100', touch, cannotBeCalled, ['CallRefused']],
    ['a plus sign in an odd place', '1+4165550100', touch, cannotBeCalled, ['CallRefused']],
    ['no number', undefined, touch, cannotBeCalled, ['CallRefused']],
    [
      'an answer with a header of 64 KiB, which the engine cannot read',
      annsPhone,
      (shell) => {
        touch(shell);
        shell.phone.ends('failed');
      },
      failed,
      ['CallStarted', 'CallLegEnded', 'CallEnded'],
    ],
    [
      'silence (such a header over TCP, a dead trunk) that the guest does not wait out',
      annsPhone,
      silentUntilGivenUp,
      undefined,
      ['CallStarted', 'CallLegEnded', 'CallEnded'],
    ],
    [
      'silence that the guest waits out',
      annsPhone,
      (shell) => {
        touch(shell);
        shell.time.pass(8 * second);
      },
      failed,
      ['CallStarted', 'CallLegEnded', 'CallEnded'],
    ],
    [
      'an engine that talks garbage or closes its control socket, and is back',
      annsPhone,
      engineLost,
      failed,
      ['CallStarted', 'PhoneFault', 'CallLegEnded', 'CallEnded', 'PhoneFaultEnded'],
    ],
  ])('%s', async (_what, phone, act, sentence, told) => {
    const shell = lit(householdShell(), { phone });
    await shell.phoneStarted;
    const bob = { displayName: 'Bob Roy', directoryCode: '0202', phone: annsWork };
    shell.publish(put('resident', aResident('bob', bob)));
    let answer: unknown;
    const events = shell.eventsOf(() => {
      answer = act(shell);
    });
    const shown = phase(shell);
    const said = shown?.kind === 'ended' ? shown : answer;
    if (sentence !== undefined) expect(said).toMatchObject({ sentence });
    else expect(shell.lobby.state()).not.toHaveProperty('call');
    expect(events.map(({ type: name }) => name)).toEqual(told);
    const before = shell.time.monotonicMs();
    expect(touch(shell, 'Bob Roy')).toMatchObject({ outcome: 'calling' });
    expect(shell.phone.leg).toMatchObject({ number: annsWork });
    expect(shell.time.monotonicMs()).toBe(before);
  });
});

describe('the limits', () => {
  it('are one call at a time: the second guest is told, and the first call goes on', () => {
    const shell = lit();
    touch(shell);
    expect(touch(shell)).toMatchObject({ outcome: 'notCalled', reason: 'lineBusy' });
    expect(shell.phone.dialled).toHaveLength(1);
    expect(phase(shell)).toEqual({ kind: 'calling' });
  });

  it('let the next guest call while the last one’s outcome is still shown', () => {
    const shell = lit();
    touch(shell);
    shell.phone.ends('busy');
    expect(phase(shell)).toMatchObject({ kind: 'ended' });
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
    shell.phone.rings();
    shell.time.pass(8 * second);
    expect(phase(shell)).toEqual({ kind: 'calling' });
  });

  it('are six calls a minute, told once as a warning', () => {
    const shell = lit();
    for (let n = 0; n < 6; n += 1) {
      expect(touch(shell)).toMatchObject({ outcome: 'calling' });
      shell.lobby.endCall(shell.lobby.state().call?.id ?? '');
    }
    const events = shell.eventsOf(() => {
      for (let n = 0; n < 3; n += 1) expect(touch(shell)).toMatchObject({ reason: 'tooManyCalls' });
    });
    expect(events).toMatchObject([{ type: 'CallRefused', reason: 'tooManyCalls', severity: 'warning' }]);
    shell.time.pass(60 * second);
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
  });

  it('count tries that ring nobody, so that their events are bounded, too', () => {
    const shell = lit(householdShell(), { doNotDisturb: [{ days: [1], from: '00:00', to: '24:00' }] });
    const events = shell.eventsOf(() => {
      for (let n = 0; n < 50; n += 1) touch(shell);
    });
    expect(events.map(({ reason }) => reason)).toEqual([...Array(6).fill('doNotDisturb'), 'tooManyCalls']);
  });

  it('are one in five minutes once a day’s calls are spent: a prank does not close the line until tomorrow', () => {
    const shell = lit();
    const call = () => {
      shell.time.pass(10 * second);
      const { outcome } = touch(shell);
      shell.lobby.endCall(shell.lobby.state().call?.id ?? '');
      return outcome;
    };
    for (let n = 0; n < 300; n += 1) expect(call()).toBe('calling');
    expect(call()).toBe('notCalled');
    shell.time.pass(5 * 60 * second);
    expect(call()).toBe('calling');
    expect(call()).toBe('notCalled');
  });

  it('are counted across restarts', () => {
    const shell = lit();
    for (let n = 0; n < 6; n += 1) {
      touch(shell);
      shell.lobby.endCall(shell.lobby.state().call?.id ?? '');
    }
    const after = restarted(shell);
    expect(touch(after)).toMatchObject({ reason: 'tooManyCalls' });
    after.time.pass(60 * second);
    expect(touch(after)).toMatchObject({ outcome: 'calling' });
  });

  it('are counted across a power cut that has stopped the clock, and do not take the last hour’s calls for this minute’s', () => {
    const shell = lit();
    for (let n = 0; n < 6; n += 1) {
      shell.time.pass(5 * 60 * second);
      touch(shell);
      shell.lobby.endCall(shell.lobby.state().call?.id ?? '');
    }
    shell.close();
    const time = new HandTime(Date.parse('1970-01-01T00:00:10.000Z'));
    const after = new Shell({ dir: shell.dir, time, welcomed: false });
    after.lobby.start();
    expect(after.clock.reading().state).toBe('unknown');
    expect(touch(after)).toMatchObject({ outcome: 'calling' });
  });

  it('leave the keypad free: a resident comes home while a guest’s call rings', async () => {
    const shell = lit();
    touch(shell);
    expect(await shell.lobby.submit('12345678')).toMatchObject({ outcome: 'grant' });
    expect(shell.wires().released).toBe(true);
    expect(phase(shell)).toEqual({ kind: 'calling' });
  });
});

describe('a phone that cannot be started', () => {
  it('is an alarm, is told to who wants to call, and keeps no door from opening', async () => {
    const shell = lit(householdShell({ phoneProblem: 'port 8090 is taken' }));
    await shell.phoneStarted;
    expect(shell.events()).toContainEqual(
      expect.objectContaining({ type: 'PhoneFault', severity: 'alarm', problem: 'port 8090 is taken' }),
    );
    expect(touch(shell)).toMatchObject({ outcome: 'notCalled', reason: 'phoneFault' });
    expect(shell.lobby.status()).toMatchObject({ phone: { fault: 'port 8090 is taken' } });
    expect(shell.type('12345678')).toMatchObject({ outcome: 'grant' });
  });

  it('is tried again, ever more seldom, and told once when it works', async () => {
    const shell = lit(householdShell({ phoneProblem: 'port 8090 is taken' }));
    await shell.phoneStarted;
    shell.time.pass(5 * second);
    await Promise.resolve();
    shell.phone.problem = undefined;
    shell.time.pass(9 * second);
    await Promise.resolve();
    expect(touch(shell)).toMatchObject({ reason: 'phoneFault' });
    shell.time.pass(second);
    await Promise.resolve();
    await Promise.resolve();
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
    const told = shell.events().filter(({ type: name }) => name.startsWith('Phone'));
    expect(told.map(({ type: name }) => name)).toEqual(['PhoneFault', 'PhoneFaultEnded']);
  });
});

describe('a phone that starts at the second try, and then finds its engine broken', () => {
  it('stays told as broken', async () => {
    const shell = lit(householdShell({ phoneProblem: 'no password' }));
    await shell.phoneStarted;
    shell.phone.problem = undefined;
    shell.phone.brokenAtStart = 'no engine';
    shell.time.pass(5 * second);
    await Promise.resolve();
    await Promise.resolve();
    expect(shell.lobby.status()).toMatchObject({ phone: { fault: 'no engine' } });
  });
});

describe('a kill in the middle of a call', () => {
  it('leaves no call without an end: the next start writes it', () => {
    const shell = lit();
    touch(shell);
    const call = shell.lobby.state().call?.id;
    const after = restarted(shell);
    const ends = after.events().filter(({ type: name }) => name === 'CallEnded');
    expect(ends).toMatchObject([{ call, outcome: 'failed' }]);
    expect(after.lobby.state()).not.toHaveProperty('call');
    expect(
      restarted(after)
        .events()
        .filter(({ type: name }) => name === 'CallEnded'),
    ).toHaveLength(1);
  });
});

describe('news of the line', () => {
  it('that breaks is an alarm, is told to who wants to call, and ends when it works again', async () => {
    const shell = lit();
    await shell.phoneStarted;
    shell.phone.says({ kind: 'broken', problem: 'The engine is gone.' });
    expect(touch(shell)).toMatchObject({ reason: 'phoneFault' });
    expect(shell.lobby.status()).toMatchObject({ phone: { fault: 'The engine is gone.' } });
    shell.phone.says({ kind: 'working' });
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
    const told = shell.events().filter(({ type: name }) => name.startsWith('Phone'));
    expect(told).toMatchObject([
      { type: 'PhoneFault', severity: 'alarm', problem: 'The engine is gone.' },
      { type: 'PhoneFaultEnded', severity: 'notice' },
    ]);
  });

  it('that is not registered is an alarm, and calls are tried all the same', async () => {
    const shell = lit();
    await shell.phoneStarted;
    shell.phone.says({ kind: 'unregistered', problem: 'Not known.' });
    expect(shell.lobby.status()).toMatchObject({ phone: { unregistered: 'Not known.' } });
    expect(touch(shell)).toMatchObject({ outcome: 'calling' });
    shell.phone.says({ kind: 'registered' });
    expect(shell.lobby.status().phone).not.toHaveProperty('unregistered');
    expect(shell.events()).toContainEqual(expect.objectContaining({ type: 'PhoneRegistered' }));
  });

  it('is an event each where somebody calls in, or reaches for the controls', async () => {
    const shell = lit();
    await shell.phoneStarted;
    shell.phone.says({ kind: 'inboundRefused', count: 3 });
    shell.phone.says({ kind: 'controlTaken' });
    expect(shell.events().slice(-2)).toMatchObject([
      { type: 'InboundCallRefused', count: 3 },
      { type: 'PhoneControlTaken', severity: 'alarm' },
    ]);
  });
});

describe('residents’ apps', () => {
  const answer = (
    shell: Shell,
    id: string,
    by: { kind: 'resident'; id: ResidentId } | { kind: 'staff'; id: StaffId },
  ) => {
    const call = shell.lobby.state().call?.id ?? '';
    return shell.commands.execute({ op: 'answer', id, call, by });
  };
  const ann = { kind: 'resident', id: ResidentId.parse('ann') } as const;

  it('ring beside the telephone, and are told when that is over', () => {
    const shell = lit();
    touch(shell);
    shell.phone.answers();
    shell.phone.ends('hungUp');
    const [first] = shell.rung;
    expect(shell.rung).toEqual(
      ['ringing', 'answered', 'over'].map((state) => ({ call: first?.call, state, resident: 'ann' })),
    );
    expect(JSON.stringify(shell.rung)).not.toContain('514555');
  });

  it('answer first: the telephone is hung up, and the screen shows that they talk', () => {
    const shell = lit();
    touch(shell);
    shell.phone.rings();
    expect(answer(shell, 'a-1', ann)).toMatchObject({ outcome: 'done' });
    expect(shell.phone.hungUp).toEqual([shell.phone.leg.id]);
    expect(phase(shell)).toEqual({ kind: 'talking', endsSoon: false });
    expect(answer(shell, 'a-2', ann)).toMatchObject({ outcome: 'rejected', reason: 'alreadyAnswered' });
    expect(shell.events()).toContainEqual(expect.objectContaining({ type: 'CallAnswered', target: 'app' }));
  });

  it('answer second: they have lost, and the telephone goes on', () => {
    const shell = lit();
    touch(shell);
    shell.phone.answers();
    expect(answer(shell, 'a-1', ann)).toMatchObject({ outcome: 'rejected', reason: 'alreadyAnswered' });
    expect(shell.phone.hungUp).toEqual([]);
  });

  it('answer only calls that are theirs, and that there are', () => {
    const shell = lit();
    expect(answer(shell, 'a-0', ann)).toMatchObject({ reason: 'noSuchCall' });
    touch(shell);
    const somebody = { kind: 'resident', id: ResidentId.parse('bob') } as const;
    const staff = { kind: 'staff', id: StaffId.parse('sam') } as const;
    expect(answer(shell, 'a-1', somebody)).toMatchObject({ reason: 'noSuchCall' });
    expect(answer(shell, 'a-2', staff)).toMatchObject({ reason: 'noSuchCall' });
    expect(phase(shell)).toEqual({ kind: 'calling' });
  });

  it('open the door as any command does, and the call has ended well', () => {
    const shell = lit();
    touch(shell);
    const call = shell.lobby.state().call?.id ?? '';
    const door = DoorId.parse('lobby');
    const unlock = { op: 'unlock', id: 'u-1', door, extended: false, by: ann, call } as const;
    expect(shell.commands.execute(unlock)).toMatchObject({ outcome: 'done' });
    expect(shell.wires().released).toBe(true);
    expect(phase(shell)).toMatchObject({ kind: 'opened' });
    expect(shell.phone.hungUp).toEqual([shell.phone.leg.id]);
    expect(shell.events()).toContainEqual(
      expect.objectContaining({ type: 'AccessGranted', command: 'u-1', call }),
    );
    shell.time.pass(5 * second);
    expect(phase(shell)).toMatchObject({ kind: 'ended', outcome: 'opened' });
  });

  it.each([
    ['somebody else opens the call door', 'bob', 'lobby'],
    ['somebody else opens another door', 'bob', 'inner'],
    ['the called resident opens another door', 'ann', 'inner'],
  ])('leave the call as it is when %s in its name', (_what, id, opened) => {
    const shell = lit(householdShell({ doors: ['lobby', 'inner'] }));
    const by = { kind: 'resident', id: ResidentId.parse(id) } as const;
    const door = DoorId.parse(opened);
    shell.publish(
      put('door', aDoor('inner')),
      put('resident', aResident('bob', { directoryCode: '0202', showOnConsole: false })),
      put('grant', aGrant('theirs', by, { door })),
    );
    touch(shell);
    const call = shell.lobby.state().call?.id ?? '';
    const unlock = { op: 'unlock', id: 'u-1', door, extended: false, by, call } as const;
    expect(shell.commands.execute(unlock)).toMatchObject({ outcome: 'done' });
    expect(shell.wires(opened).released).toBe(true);
    expect(phase(shell)).toEqual({ kind: 'calling' });
    expect(shell.phone.hungUp).toEqual([]);
  });
});
