import { describe, expect, it } from 'vitest';
import {
  toCallAnswer,
  toDirectory,
  toEntryAnswer,
  toViewModel,
} from '../../controller/console/view-model.ts';
import type { CallPhase } from '../../controller/ports/lobby.ts';
import { building, denied, InMemoryLobby, lineBusy, phone } from '../support/console-lobby.ts';

const { directory, ...state } = new InMemoryLobby().state();
const whole = { ...state, directory };

describe('the view model', () => {
  it('carries what the lobby screen shows', () => {
    expect(toViewModel(whole)).toEqual(state);
    expect(toDirectory(whole)).toEqual(directory);
  });

  it('lets nothing through that it does not name, wherever somebody adds it', () => {
    const secret = 'leaked';
    const shown = {
      ...whole,
      ...{ conciergeNumber: secret },
      building: { ...building, ...{ conciergeNumber: secret } },
      directory: directory.map((entry) => ({ ...entry, phone: secret, directoryCode: secret })),
      door: { ...state.door, name: { ...state.door.name, ...{ hash: secret } }, ...{ relay: secret } },
    };
    expect(JSON.stringify([toViewModel(shown), toDirectory(shown)])).not.toContain(secret);
    expect([toViewModel(shown), toDirectory(shown)]).toEqual([state, directory]);
  });

  it('shows neither phone nor call where there is none', () => {
    const view = toViewModel(whole);
    expect([view.phone, view.call]).toEqual([undefined, undefined]);
  });

  const opened = { en: 'The door is open.', fr: 'La porte est ouverte.' };
  it.each<CallPhase>([
    { kind: 'calling' },
    { kind: 'talking', endsSoon: true },
    { kind: 'opened', sentence: opened },
    { kind: 'ended', outcome: 'opened', sentence: opened },
  ])('shows a call that is $kind, and keeps who is behind it', (phase) => {
    const secret = 'leaked';
    const callee = { name: 'Zoé Tremblay', suite: '1204' };
    const called = { ...whole, phone, call: { id: 'call-1', callee, to: 'resident' as const, phase } };
    const view = toViewModel({
      ...called,
      phone: { ...phone, ...{ number: secret } },
      call: {
        ...called.call,
        ...{ leg: secret, resident: secret },
        callee: { ...callee, ...{ id: secret, phone: secret } },
        phase: {
          ...phase,
          ...{ target: secret, reason: secret },
          ...('sentence' in phase ? { sentence: { ...opened, ...{ explanation: secret } } } : {}),
        },
      },
    });
    expect(JSON.stringify(view)).not.toContain(secret);
    expect({ ...view, directory }).toEqual(called);
  });

  it('has no name for a hidden resident', () => {
    const call = { id: 'call-1', to: 'resident', phase: { kind: 'calling' } } as const;
    expect(toViewModel({ ...whole, call }).call).toStrictEqual(call);
  });

  it('tells that a call was begun, or the sentence of why not, and nothing else', () => {
    const begun = { outcome: 'calling', call: 'call-1' } as const;
    const notBegun = { outcome: 'notCalled', reason: 'lineBusy', sentence: lineBusy } as const;
    for (const answerTo of [toCallAnswer, toEntryAnswer]) {
      expect(answerTo(begun)).toEqual({ outcome: 'calling' });
      expect(answerTo(notBegun)).toEqual({ outcome: 'notCalled', sentence: lineBusy });
    }
  });

  it('sends no names where the building does not list its residents', () => {
    expect(toDirectory({ ...whole, building: { ...building, listing: 'searchOnly' } })).toEqual([]);
  });

  it('sends no names before there is a building', () => {
    const { building: _none, ...rest } = whole;
    expect(toDirectory(rest)).toEqual([]);
  });

  it('tells the person the sentence and keeps the reason and the event', () => {
    expect(toEntryAnswer(denied)).toEqual({ outcome: 'deny', sentence: denied.sentence });
  });
});
