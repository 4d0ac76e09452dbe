import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { noHash } from '../../controller/core/hash-forms.ts';
import { signJws } from '../../sync/protocol/jws.ts';
import type { Broker } from '../support/broker.ts';
import { brokers } from '../support/brokers.ts';
import type { DevicePeer } from '../support/device-peer.ts';
import { publishable, smallBuilding, withChange } from '../support/published-rows.ts';
import { ServingHeadEnd } from '../support/serving-head-end.ts';

const manyResidents = (count: number) =>
  Array.from({ length: count }, (_, i) => publishable.resident(`many-${i}`, { suite: `${i}` }));

describe.each(brokers)('the head-end over $name', ({ start }) => {
  let broker: Broker & AsyncDisposable;
  beforeAll(async () => {
    broker = await start();
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
  });

  const headEnd = (): ServingHeadEnd => {
    const head = new ServingHeadEnd(broker.url);
    onTestFinished(() => head.remove());
    return head;
  };

  /** A serving head-end with the small building and one device that has said hello and is up to date. */
  async function scene(): Promise<{ head: ServingHeadEnd; peer: DevicePeer; cursor: () => object }> {
    const head = headEnd();
    head.books.desk.publish(smallBuilding());
    await head.start();
    const peer = await head.peer(`front-${randomUUID().slice(0, 8)}`);
    peer.hello({ ...head.books.store.dataset.cursor() });
    await peer.next('welcome', ({ nonce }) => nonce !== null);
    return {
      head,
      peer,
      cursor: () => ({ ...head.books.store.dataset.cursor() }),
    };
  }

  it('answers hello with keyset, denials, welcome and what is missing, in this order', async () => {
    const head = headEnd();
    head.books.desk.publish(smallBuilding());
    await head.start();
    const peer = await head.peer(`front-${randomUUID().slice(0, 8)}`);
    const before = head.books.store.dataset.cursor();
    head.books.desk.revoke('credential', 'c-1');
    head.books.desk.lockdown('building', true);
    await peer.next('command', ({ op }) => op === 'lockdown');
    await head.stop();
    await peer.disconnect();
    const again = await head.reconnect(peer.id);
    await head.start();
    await again.next('welcome', ({ nonce }) => nonce === null);
    const { nonce } = again.hello({ ...before, keyset: 0 });
    const names: string[] = [];
    for (let last = ''; last !== 'delta'; names.push(last)) {
      const message = await again.came.next();
      last = message.name === 'welcome' ? `welcome ${message.payload['nonce'] === nonce}` : message.name;
    }
    // What was resent before the hello arrived comes first.
    expect(names.slice(names.lastIndexOf('keyset'))).toEqual([
      'keyset',
      'command',
      'command',
      'welcome true',
      'delta',
    ]);
  });

  it('answers no copy of a hello: commands go on to the session that the device has', async () => {
    const { head, peer, cursor } = await scene();
    const copied = peer.hello({ ...cursor() });
    await peer.next('welcome', ({ nonce }) => nonce === copied.nonce);
    const session = randomUUID();
    const second = peer.hello({ ...cursor(), session });
    await peer.next('welcome', ({ nonce }) => nonce === second.nonce);
    peer.hello({ ...cursor(), ...copied });
    const third = peer.hello({ ...cursor(), session });
    const { payload } = await peer.next(
      'welcome',
      ({ nonce }) => nonce === copied.nonce || nonce === third.nonce,
    );
    expect(payload['nonce']).toBe(third.nonce);
    peer.hello({ ...cursor(), ...copied });
    head.books.desk.lockdown('door:lobby', true);
    head.books.desk.lockdown('door:lobby', false);
    const off = await peer.next('command', ({ session: named }) => named !== undefined);
    expect(off.payload['session']).toBe(session);
  });

  it('asks for a hello when the device refuses a session: one of an earlier session had come late', async () => {
    const { head, peer, cursor } = await scene();
    const by = { kind: 'staff', id: 's-1' } as const;
    const unlock = () => head.books.desk.unlock({ device: peer.id, door: 'lobby', by });
    const session = randomUUID();
    const left = randomUUID();
    const now = peer.hello({ ...cursor(), session });
    await peer.next('welcome', ({ nonce }) => nonce === now.nonce);
    const late = peer.hello({ ...cursor(), session: left });
    await peer.next('welcome', ({ nonce }) => nonce === late.nonce);
    const refused = unlock();
    const { payload } = await peer.next('command');
    expect(payload['session']).toBe(left);
    const at = new Date().toISOString();
    peer.say('result', { id: payload['id'], outcome: 'rejected', reason: 'session', at });
    expect(await refused).toMatchObject({ outcome: 'rejected', reason: 'session' });
    await peer.next('welcome', ({ nonce }) => nonce === null);
    const again = peer.hello({ ...cursor(), session });
    await peer.next('welcome', ({ nonce }) => nonce === again.nonce);
    const obeyed = unlock();
    const second = await peer.next('command');
    expect(second.payload['session']).toBe(session);
    peer.say('result', { id: second.payload['id'], outcome: 'done', at });
    expect(await obeyed).toMatchObject({ outcome: 'done' });
  });

  it('says so where a console has had a later keyset than its own: its folder is an older copy', async () => {
    const { head, peer } = await scene();
    const told = () => head.logged.find(({ what }) => what.startsWith('a console has had a later keyset'));
    expect(told()).toBeUndefined();
    peer.hello({ ...head.books.store.dataset.cursor(), keyset: Number.MAX_SAFE_INTEGER });
    await expect.poll(told).toMatchObject({ level: 'error', details: { device: peer.id } });
  });

  it('offers a new device a snapshot and sends the chunks that it asks for', async () => {
    const head = headEnd();
    head.books.desk.publish([...smallBuilding(), ...manyResidents(2_500)]);
    await head.start();
    const peer = await head.peer(`front-${randomUUID().slice(0, 8)}`);
    peer.hello();
    const { payload: manifest } = await peer.next('manifest');
    const { snapshot, epoch, seq, chunks, rows } = manifest as {
      snapshot: string;
      epoch: number;
      seq: number;
      rows: number;
      chunks: string[];
    };
    expect(rows).toBe(2_507);
    expect(chunks.length).toBeGreaterThan(1);
    peer.say('request', {
      need: 'chunks',
      epoch: 0,
      seq: 0,
      digest: noHash,
      snapshot,
      indexes: chunks.map((_, i) => i),
    });
    for (const [index, sha256] of chunks.entries()) {
      expect((await peer.next('chunk')).payload).toMatchObject({ snapshot, index, sha256 });
    }
    peer.say('cursor', { epoch, seq, digest: manifest['digest'] });
    head.books.desk.publish([...smallBuilding(), ...manyResidents(2_499)]);
    expect((await peer.next('delta')).payload).toMatchObject({ prev: 1, seq: 2 });
  });

  it('answers a request for an unknown snapshot with the newest, and a rejected one with another', async () => {
    const s = await scene();
    const ask = { epoch: 0, seq: 0, digest: noHash };
    s.peer.say('request', { ...ask, need: 'snapshot' });
    const first = (await s.peer.next('manifest')).payload['snapshot'];
    s.peer.say('request', { ...ask, need: 'chunks', snapshot: randomUUID(), indexes: [0] });
    expect((await s.peer.next('manifest')).payload['snapshot']).toBe(first);
    s.peer.say('request', { ...ask, need: 'snapshot', reject: first });
    expect((await s.peer.next('manifest')).payload['snapshot']).not.toBe(first);
  });

  it('failure case 5: sends a publish at once, and again until the cursor has reached it', async () => {
    const s = await scene();
    s.head.books.desk.publish(withChange(smallBuilding(), 'r-1', { overrideDisplayName: 'Zo' }));
    const { payload } = await s.peer.next('delta');
    expect(payload).toMatchObject({ prev: 1, seq: 2 });
    expect((await s.peer.next('delta')).payload).toEqual(payload);
    expect(s.head.books.store.devices.get(s.peer.id)?.lagging).toBe(true);
    s.peer.say('cursor', { ...s.cursor() });
    await expect.poll(() => s.head.books.store.devices.get(s.peer.id)?.lagging).toBe(false);
    s.head.books.desk.publish(smallBuilding());
    expect((await s.peer.next('delta', ({ seq }) => seq !== 2)).payload).toMatchObject({ prev: 2, seq: 3 });
  });

  it('sends many missing deltas in order, as the cursor goes along', async () => {
    const s = await scene();
    const at = s.head.books.store.dataset.cursor();
    s.peer.say('cursor', { ...at });
    for (let i = 0; i < 30; i += 1) {
      s.head.books.desk.publish(withChange(smallBuilding(), 'r-1', { overrideDisplayName: `Zo ${i}` }));
    }
    let seq = 1;
    while (seq < 31) {
      const { payload } = await s.peer.next('delta', (delta) => delta['seq'] === seq + 1);
      seq += 1;
      s.peer.say('cursor', { epoch: at.epoch, seq, digest: payload['digest'] });
    }
  });

  it('publishes as a manifest what is too large for a delta', async () => {
    const s = await scene();
    const published = s.head.books.desk.publish([...smallBuilding(), ...manyResidents(400)]);
    expect(published.as).toBe('snapshot');
    expect((await s.peer.next('manifest')).payload).toMatchObject({ seq: 2, rows: 407 });
  });

  it('asks for a hello after its own restart, with a welcome of no nonce', async () => {
    const s = await scene();
    await s.head.stop();
    await s.head.start();
    expect((await s.peer.next('welcome', ({ nonce }) => nonce === null)).payload).toMatchObject({
      aud: s.peer.id,
    });
  });

  it('revokes at once, by denial and by delta, and repeats the denial until its result', async () => {
    const s = await scene();
    s.head.books.desk.revoke('credential', 'c-1');
    const { payload } = await s.peer.next('command');
    expect(payload).toMatchObject({
      op: 'revoke',
      args: { table: 'credential', id: 'c-1', maxVersion: 1, seq: 2 },
    });
    expect(payload).not.toHaveProperty('session');
    expect((await s.peer.next('command')).payload).toEqual(payload);
    await s.peer.next('delta');
    s.peer.say('result', { id: payload['id'], outcome: 'done', at: new Date().toISOString() });
    const { nonce } = s.peer.hello({ epoch: 1, seq: 0 });
    const names: string[] = [];
    for (let last = ''; last !== `welcome ${nonce}`; ) {
      const { name, payload: came } = await s.peer.came.next();
      last = name === 'welcome' ? `welcome ${String(came['nonce'])}` : name;
      names.push(name);
    }
    // Answered or not, every denial in force goes before the welcome.
    expect(names.at(-1)).toBe('welcome');
    expect(names.at(-2)).toBe('command');
  });

  it('turns a lockdown on without a session and off only with one', async () => {
    const s = await scene();
    s.head.books.desk.lockdown('building', true);
    const on = (await s.peer.next('command')).payload;
    expect(on).toMatchObject({ op: 'lockdown', args: { on: true, scope: 'building' } });
    const { counter } = on['args'] as { counter: number };
    expect(on).not.toHaveProperty('session');
    s.head.books.desk.lockdown('building', false);
    const off = (await s.peer.next('command', ({ args }) => (args as { on: boolean }).on === false)).payload;
    expect(off).toMatchObject({ session: s.peer.session, args: { on: false } });
    expect((off['args'] as { counter: number }).counter).toBeGreaterThan(counter);
    expect(off['n']).toBeGreaterThan(0);
    const life = Date.parse(String(off['expiresAt'])) - Date.parse(String(off['issuedAt']));
    expect(life).toBe(10_000);
  });

  it('takes a lockdown off anew where the device had no clock for it, and not where it was refused for good', async () => {
    const s = await scene();
    s.head.books.desk.lockdown('door:lobby', true);
    s.head.books.desk.lockdown('door:lobby', false);
    const known: unknown[] = [];
    const isNew = ({ id, args }: Readonly<Record<string, unknown>>) =>
      (args as { on: boolean }).on === false && !known.includes(id);
    const refuse = async (reason: string) => {
      const { id } = (await s.peer.next('command', isNew)).payload;
      known.push(id);
      s.peer.say('result', { id, outcome: 'rejected', reason, at: new Date().toISOString() });
    };
    await refuse('noClock');
    await refuse('badArguments');
    // After its welcome each hello is told what is still to be turned off: the second welcome ends what the first was told.
    for (let hellos = 0; hellos < 2; hellos += 1) {
      const { nonce } = s.peer.hello({ ...s.cursor() });
      await s.peer.next('welcome', (welcome) => welcome['nonce'] === nonce);
    }
    expect(s.peer.came.left.filter(({ name, payload }) => name === 'command' && isNew(payload))).toEqual([]);
  });

  it('takes a lockdown off at a device that was away meanwhile', async () => {
    const head = headEnd();
    head.books.desk.publish(smallBuilding());
    await head.start();
    head.books.desk.lockdown('door:lobby', true);
    head.books.desk.lockdown('door:lobby', false);
    const peer = await head.peer(`front-${randomUUID().slice(0, 8)}`);
    peer.hello({ ...head.books.store.dataset.cursor() });
    await peer.next('welcome', ({ nonce }) => nonce !== null);
    const { payload } = await peer.next('command');
    expect(payload).toMatchObject({
      session: peer.session,
      args: { on: false, scope: 'door:lobby' },
    });
  });

  it("unlocks on behalf of somebody and gives the device's own answer", async () => {
    const s = await scene();
    const by = { kind: 'staff', id: 's-1' } as const;
    const asked = s.head.books.desk.unlock({ device: s.peer.id, door: 'lobby', by, extended: true });
    const { payload } = await s.peer.next('command');
    expect(payload).toMatchObject({
      op: 'unlock',
      session: s.peer.session,
      args: { door: 'lobby', extended: true },
      by,
    });
    s.peer.say('result', {
      id: payload['id'],
      outcome: 'rejected',
      reason: 'lockedDown',
      at: new Date().toISOString(),
    });
    expect(await asked).toEqual({
      kind: 'result',
      id: payload['id'],
      outcome: 'rejected',
      reason: 'lockedDown',
    });
    const again = s.head.books.desk.unlock({ device: s.peer.id, door: 'lobby', by });
    const second = (await s.peer.next('command')).payload;
    expect(second['n']).toBeGreaterThan(Number(payload['n']));
    s.peer.say('result', { id: second['id'], outcome: 'done', at: new Date().toISOString() });
    expect(await again).toMatchObject({ outcome: 'done' });
  });

  it('says when nobody answers an unlock, and refuses one for a device that is not there', async () => {
    const s = await scene();
    const by = { kind: 'staff', id: 's-1' } as const;
    expect(await s.head.books.desk.unlock({ device: s.peer.id, door: 'lobby', by })).toMatchObject({
      kind: 'noAnswer',
    });
    await expect(s.head.books.desk.unlock({ device: 'garage', door: 'lobby', by })).rejects.toThrow(
      /"garage" is not connected/,
    );
  });

  it('failure case 14: acknowledges events with the hash that it holds, once each', async () => {
    const s = await scene();
    const events = s.peer.nextEvents(5);
    const batch = (chosen: typeof events) => s.peer.say('events', { log: s.peer.log, events: chosen });
    batch(events.slice(0, 3));
    expect((await s.peer.next('ack')).payload).toMatchObject({
      log: s.peer.log,
      upTo: 3,
      hash: events[2]?.hash,
    });
    batch(events.slice(0, 3));
    expect((await s.peer.next('ack')).payload).toMatchObject({ upTo: 3 });
    batch(events.slice(1));
    expect((await s.peer.next('ack')).payload).toMatchObject({ upTo: 5, hash: events[4]?.hash });
    expect(s.head.books.store.events.tail(100).map(({ seq, body }) => ({ seq, body }))).toEqual(
      events.map(({ seq, body }) => ({ seq, body })),
    );
  });

  it('stores and acknowledges nothing of a batch whose hashes do not follow', async () => {
    const s = await scene();
    const events = s.peer.nextEvents(3);
    const [first, second, third] = events;
    s.peer.say('events', {
      log: s.peer.log,
      events: [first, { ...second, body: '{"type":"Invented"}' }, third],
    });
    s.peer.say('events', { log: s.peer.log, events: [first] });
    expect((await s.peer.next('ack')).payload).toMatchObject({ upTo: 1 });
    expect(s.head.books.store.events.tail(100)).toHaveLength(1);
    expect(s.head.logged.some(({ what }) => what.includes('does not follow'))).toBe(true);
  });

  it('failure case 8: asks a device that is ahead of a restored backup to send again, and accepts the hole that stays', async () => {
    const s = await scene();
    const events = s.peer.nextEvents(9);
    s.peer.hello({ ...s.cursor(), eventAcked: 6, eventHead: 9 });
    expect((await s.peer.next('ack')).payload).toMatchObject({ upTo: 0, hash: noHash, rewind: true });
    s.peer.say('events', { log: s.peer.log, events: events.slice(6) });
    expect((await s.peer.next('ack')).payload).toMatchObject({ upTo: 0, rewind: true });
    expect(s.head.books.store.events.tail(100)).toHaveLength(0);
    // The device has gone back as far as it can and says so.
    s.peer.hello({ ...s.cursor(), eventAcked: 0, eventHead: 9 });
    s.peer.say('events', { log: s.peer.log, events: events.slice(4) });
    expect((await s.peer.next('ack')).payload).toMatchObject({ upTo: 9, hash: events[8]?.hash });
    expect(s.head.books.store.events.tail(100).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9]);
  });

  it('failure case 8: numbers its commands above those that a restored database has forgotten', async () => {
    const { head, peer } = await scene();
    const by = { kind: 'staff', id: 's-1' } as const;
    const asked = head.books.desk.unlock({ device: peer.id, door: 'lobby', by });
    const { payload } = await peer.next('command');
    expect(payload['n']).toBeGreaterThanOrEqual(Date.parse(String(payload['issuedAt'])));
    peer.say('result', { id: payload['id'], outcome: 'done', at: new Date().toISOString() });
    expect(await asked).toMatchObject({ outcome: 'done' });
  });

  it('failure case 8: begins a new epoch when a device holds more than its database does', async () => {
    const s = await scene();
    const { epoch } = s.head.books.store.dataset.cursor();
    s.peer.say('cursor', { epoch, seq: 40, digest: noHash });
    const { payload } = await s.peer.next('manifest');
    expect(payload['epoch']).toBeGreaterThan(epoch);
    expect(payload).toMatchObject({ seq: 1, rows: 7 });
  });

  it('believes no device that says to be of an epoch far ahead, and begins one new epoch in ten minutes', async () => {
    const s = await scene();
    const { epoch } = s.head.books.store.dataset.cursor();
    const now = () => s.head.books.store.dataset.cursor().epoch;
    s.peer.say('cursor', { epoch: Number.MAX_SAFE_INTEGER, seq: 1, digest: noHash });
    s.peer.hello({ ...s.cursor(), epoch: Math.floor(Date.now() / 1_000) + 2 * 86_400 });
    await s.peer.next('welcome', ({ nonce }) => nonce !== null);
    expect(now()).toBe(epoch);
    expect(s.head.books.store.devices.get(s.peer.id)).toMatchObject({ epoch });
    s.peer.say('cursor', { epoch, seq: 40, digest: noHash });
    await s.peer.next('manifest');
    const begun = now();
    expect(begun).toBeGreaterThan(epoch);
    s.peer.hello({ epoch: begun, seq: 40, digest: noHash });
    await s.peer.next('welcome', ({ nonce }) => nonce !== null);
    expect(now()).toBe(begun);
    const refused = s.head.logged.flatMap(({ what, details }) =>
      what === 'message refused' ? [details['reason']] : [],
    );
    expect(refused).toEqual(['epochAhead', 'epochAgain']);
  });

  it('begins no new epoch for a device that asks for a snapshot: one that has lost rows has another digest', async () => {
    const s = await scene();
    const { epoch, seq } = s.head.books.store.dataset.cursor();
    s.peer.say('request', { need: 'snapshot', epoch, seq, digest: noHash });
    expect((await s.peer.next('manifest')).payload).toMatchObject({ epoch, seq });
    expect(s.head.books.store.dataset.cursor().epoch).toBe(epoch);
  });

  it('takes nothing but a status that rested at the broker: anything else is a replay', async () => {
    const s = await scene();
    const row = () => s.head.books.store.devices.get(s.peer.id);
    const resting = { retain: true };
    s.peer.say('cursor', { ...s.cursor(), seq: 0, digest: noHash }, resting);
    await s.peer.next('delta');
    s.peer.say('cursor', { ...s.cursor() });
    await expect.poll(row).toMatchObject(s.cursor());
    await s.head.stop();
    await s.head.start();
    await s.peer.next('welcome', ({ nonce }) => nonce === null);
    // Nothing rests for the tests after this one.
    s.peer.sayRaw('cursor', '', resting);
    s.peer.say('ring', { call: randomUUID(), state: 'ringing', at: new Date().toISOString() });
    await expect.poll(() => s.head.logged.some(({ what }) => what === 'a call is ringing')).toBe(true);
    expect(row()).toMatchObject(s.cursor());
  });

  it('sends every denial again to a device with a new log', async () => {
    const s = await scene();
    s.head.books.desk.lockdown('building', true);
    const { payload } = await s.peer.next('command');
    s.peer.say('result', { id: payload['id'], outcome: 'done', at: new Date().toISOString() });
    s.peer.hello({ ...s.cursor(), log: randomUUID() });
    await s.peer.next('welcome', ({ nonce }) => nonce !== null);
    // Before the welcome once, and after it until it is answered again.
    expect((await s.peer.next('command')).payload['id']).toBe(payload['id']);
    expect((await s.peer.next('command')).payload['id']).toBe(payload['id']);
  });

  it('ignores what a stranger, another device, a replay or garbage says', async () => {
    const s = await scene();
    const { store } = s.head.books;
    const stranger = await s.head.peer(`other-${randomUUID().slice(0, 8)}`);
    // A second console shares the guess budget, which is a change of the building: both know of it before it begins.
    s.peer.hello({ ...s.cursor() });
    await s.peer.next('welcome', ({ nonce }) => nonce !== null);
    const before = store.devices.get(s.peer.id);
    const asIfFront = { iss: s.peer.id, epoch: 1, seq: 1, digest: noHash };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    s.peer.sayRaw('cursor', signJws('vestibule-cursor', asIfFront, { key: privateKey, kid: s.peer.id }));
    s.peer.sayRaw('cursor', signJws('vestibule-hello', asIfFront, { key: privateKey, kid: s.peer.id }));
    s.peer.sayRaw('events', 'garbage');
    s.peer.sayRaw('events', Buffer.alloc(97 * 1024, 0x61));
    s.peer.sayRaw('status', '{"state":"online"');
    stranger.say('cursor', asIfFront);
    // An honest message proves that the ones before it have been worked on.
    s.peer.hello({ ...s.cursor() });
    await s.peer.next('welcome', ({ nonce }) => nonce !== null);
    stranger.hello({ ...s.cursor() });
    await stranger.next('welcome', ({ nonce }) => nonce !== null);
    expect(store.devices.get(s.peer.id)).toEqual({ ...before, lastSeen: expect.any(Number) });
    const refused = s.head.logged
      .filter(({ what }) => what === 'message refused')
      .map(({ details }) => details['reason']);
    expect(new Set(refused)).toEqual(
      new Set(['audience', 'malformed', 'oversize', 'schema', 'signature', 'type']),
    );
  });

  it('failure case 23: believes an offline status of the latest session only, after its grace', async () => {
    const s = await scene();
    const presence = () => s.head.books.store.devices.get(s.peer.id)?.presence;
    s.peer.sayRaw('status', JSON.stringify({ state: 'offline', session: randomUUID() }));
    s.peer.sayRaw('status', JSON.stringify({ state: 'offline', session: s.peer.session }));
    expect(presence()).toBe('online');
    await expect.poll(presence).toBe('offline');
    expect(s.head.logged.filter(({ what }) => what === 'device is offline')).toHaveLength(1);
    // Its session has ended with it: nobody waits for the answer of a console that is gone.
    const by = { kind: 'staff', id: 's-1' } as const;
    await expect(s.head.books.desk.unlock({ device: s.peer.id, door: 'lobby', by })).rejects.toMatchObject({
      code: 'deviceOffline',
    });
    s.peer.hello({ ...s.cursor() });
    await expect.poll(presence).toBe('online');
  });

  it('drops nothing when more messages wait than the broker takes in flight', async () => {
    const s = await scene();
    for (let i = 0; i < 40; i += 1) s.head.books.desk.lockdown(`door:d${i}`, true);
    const scopes = new Set<unknown>();
    while (scopes.size < 40) {
      const { payload } = await s.peer.next('command');
      scopes.add((payload['args'] as { scope: string }).scope);
    }
  });
});
