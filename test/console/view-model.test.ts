import { describe, expect, it } from 'vitest';
import { toEntryAnswer, toViewModel } from '../../controller/console/view-model.ts';
import { building, denied, InMemoryLobby } from '../support/console-lobby.ts';

const state = new InMemoryLobby().state();

describe('the view model', () => {
  it('carries what the lobby screen shows', () => {
    expect(toViewModel(state)).toEqual(state);
  });

  it('lets nothing through that it does not name, wherever somebody adds it', () => {
    const secret = 'leaked';
    const view = toViewModel({
      ...state,
      ...{ phone: secret },
      building: { ...building, ...{ conciergeNumber: secret } },
      directory: state.directory.map((entry) => ({ ...entry, phone: secret, directoryCode: secret })),
      door: { ...state.door, name: { ...state.door.name, ...{ hash: secret } }, ...{ relay: secret } },
    });
    expect(JSON.stringify(view)).not.toContain(secret);
    expect(view).toEqual(state);
  });

  it('sends no names where the building does not list its residents', () => {
    const view = toViewModel({ ...state, building: { ...building, listing: 'searchOnly' } });
    expect(view.directory).toEqual([]);
  });

  it('sends no names before there is a building', () => {
    const { building: _none, ...rest } = state;
    expect(toViewModel(rest)).toEqual({ ...rest, directory: [] });
  });

  it('tells the person the sentence and keeps the reason and the event', () => {
    expect(toEntryAnswer(denied)).toEqual({ outcome: 'deny', sentence: denied.sentence });
  });
});
