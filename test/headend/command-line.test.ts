import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import type { Broker } from '../support/broker.ts';
import { type Finished, headEnd, type RunningCommand } from '../support/command.ts';
import { DevicePeer } from '../support/device-peer.ts';
import { startMosquitto } from '../support/mosquitto.ts';

const buildingYaml = `building:
  id: two-doors
  name: Two Doors
  timezone: America/Toronto
  languages: [en, fr]
  moveInTime: 06:00
  directoryCodeLength: 4
  entryCodeLength: 8
  callUnlockDigits: "9"
  ringTimeout: 30s
  talkTimeout: 2min
  guestCodesForDays: null
  listing: list
doors:
  - id: front
    name: {en: Front, fr: Entrée}
    kind: wired
    guestEntrance: true
    authentication: cardOrCode
    accessTime: 5s
    extendedAccessTime: 15s
    openTooLong: 30s
    preAlarm: 10s
    relockOn: close
residents:
  - id: r-101
    suite: "101"
    displayName: Élodie Tremblay
    directoryCode: "7719"
    phone: "+14165550143"
    codes: ["31415926"]
staff:
  - id: super
    name: Réjean Quesnel
    language: fr
    codes: ["27182818"]
grants:
  - source: common
    residents: [r-101]
    staff: [super]
    doors: [front]
`;
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
/** As they are, and not where they stand by chance in a longer number. */
const secrets = ['31415926', '27182818', '14165550143', '7719'].map(
  (secret) => new RegExp(`(?<![0-9a-f])${secret}(?![0-9a-f])`),
);
const hashLike = /[0-9a-f]{64}/;

let broker: Broker & AsyncDisposable;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(async () => {
  await broker[Symbol.asyncDispose]();
});

let folder: string;
let file: string;
const started: RunningCommand[] = [];
const peers: DevicePeer[] = [];
const said: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vestibule-headend-'));
  file = join(folder, 'building.yaml');
  writeFileSync(file, buildingYaml);
});
afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.disconnect();
  for (const command of started.splice(0)) {
    await command[Symbol.asyncDispose]();
    said.push(...command.lines, command.errors);
  }
  rmSync(folder, { recursive: true, force: true });
  // Whatever the commands of a test said, nobody's code, hash or phone number was in it.
  const text = said.splice(0).join('\n').replaceAll(uuid, '');
  for (const secret of secrets) expect(text).not.toMatch(secret);
  expect(text).not.toMatch(hashLike);
});

const start = (...args: readonly string[]): RunningCommand => {
  const command = headEnd(['--state', join(folder, 'state'), ...args]);
  started.push(command);
  return command;
};
const headend = (...args: readonly string[]): Promise<Finished> => {
  return start(...args).finished();
};

/** The books of the state folder, for what a test needs before it comes to its own command. */
function books<T>(use: (open: OpenHeadEnd) => T): T {
  const open = openHeadEnd({ stateDir: join(folder, 'state') });
  try {
    return use(open);
  } finally {
    open.close();
  }
}

const publish = (): void => {
  books((open) => open.publishFile(buildingYaml, 'building.yaml'));
};
const addDevice = (id: string): void => {
  books((open) => open.addDevice(id, join(folder, id), broker.url));
};

async function serve(): Promise<RunningCommand> {
  const command = start('run', '--broker', broker.url);
  await command.line((line) => line.includes('connected to the broker'));
  return command;
}

async function connectedPeer(id: string): Promise<DevicePeer> {
  addDevice(id);
  const peer = new DevicePeer(join(folder, id), broker.url);
  peers.push(peer);
  await peer.connect();
  return peer;
}

/** Says hello as a device that has everything. */
async function upToDate(peer: DevicePeer): Promise<{ epoch: number; seq: number; digest: string }> {
  const cursor = books(({ store }) => store.dataset.cursor());
  peer.hello({ ...cursor });
  await peer.next('welcome', ({ nonce }) => nonce !== null);
  return cursor;
}

describe('vestibule-headend publish', () => {
  it('prints the difference, commits it without a running head-end, and says when devices get it', async () => {
    const first = await headend('publish', file);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain('+ resident r-101 (Élodie Tremblay, suite 101)');
    expect(first.stdout).toContain('not running: devices are told once it is');
    const again = await headend('publish', file);
    expect(again.stdout).toContain('nothing differs');
    writeFileSync(file, buildingYaml.replace('suite: "101"', 'suite: "101"\n    overrideDisplayName: Lodi'));
    const third = await headend('publish', file);
    expect(third.stdout).toContain('two-doors: 1 resident changed');
    expect(third.stdout).toContain('~ resident r-101 (Lodi, suite 101): overrideDisplayName');
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700);
  });

  it('names line and column of what is wrong, ends with 65 and leaves nothing behind', async () => {
    writeFileSync(file, buildingYaml.replace('kind: wired', 'kind: wirde'));
    const { code, stderr } = await headend('publish', file);
    expect(code).toBe(65);
    expect(stderr).toMatch(/^building\.yaml:17:\d+: doors\[0\]\.kind .*/);
    expect(stderr).toContain('nothing was published');
    expect(() => statSync(join(folder, 'state'))).toThrow();
  });

  it('waits for the devices that are there and says which have it', async () => {
    publish();
    addDevice('garage');
    await serve();
    const peer = await connectedPeer('front');
    const before = await upToDate(peer);
    writeFileSync(file, buildingYaml.replace('suite: "101"', 'suite: "102"'));
    const publishing = headend('publish', file);
    const { payload } = await peer.next('delta');
    peer.say('cursor', { epoch: before.epoch, seq: payload['seq'], digest: payload['digest'] });
    const { code, stdout } = await publishing;
    expect(code).toBe(0);
    expect(stdout).toContain('front: done');
    expect(stdout).toContain('garage: is not connected');
  });
});

describe('orders to a running head-end', () => {
  it("unlock carries the device's answer; a denied one is an answer, too", async () => {
    publish();
    await serve();
    const peer = await connectedPeer('front');
    await upToDate(peer);
    for (const [result, sentence] of [
      [{ outcome: 'done' }, 'Unlocked front.'],
      [
        { outcome: 'rejected', reason: 'lockedDown' },
        'Not unlocked: the device answered rejected (lockedDown).',
      ],
    ] as const) {
      const unlocking = headend('unlock', 'front', '--by', 'staff:super');
      const { payload } = await peer.next('command');
      expect(payload).toMatchObject({
        op: 'unlock',
        args: { door: 'front' },
        by: { kind: 'staff', id: 'super' },
      });
      peer.say('result', { id: payload['id'], ...result, at: new Date().toISOString() });
      expect(await unlocking).toMatchObject({ code: 0, stdout: sentence });
    }
  });

  it('an order that the device did not carry out ends with 69 and the way out, where that is no decision', async () => {
    publish();
    await serve();
    const peer = await connectedPeer('front');
    await upToDate(peer);
    const by = ['--by', 'staff:super'];
    for (const [args, result, sentence] of [
      [
        ['unlock', 'front', ...by],
        { outcome: 'rejected', reason: 'badArguments' },
        /^Not unlocked: front does not drive the door front; name the console that does with --device, or/,
      ],
      [
        ['unlock', 'front', ...by],
        { outcome: 'failed', reason: 'doorFault' },
        /^Not unlocked: The lock of the door front does not obey front; look at its wiring/,
      ],
      [
        ['answer', '6f1c2b0e-3d7a-4c55-9a0e-1b2c3d4e5f60', ...by],
        { outcome: 'rejected', reason: 'noClock' },
        /^Not answered: front does not know the time yet, .*; try again in a few seconds/,
      ],
      [
        ['unlock', 'front', ...by],
        { outcome: 'failed', reason: 'ofALaterRelease' },
        /^Not unlocked: the device answered failed \(ofALaterRelease\)\.$/m,
      ],
      [
        ['identify', 'front'],
        { outcome: 'rejected', reason: 'unknownOp' },
        /^front does not know this order; bring it to the release/,
      ],
    ] as const) {
      const ordered = headend(...args);
      const { payload } = await peer.next('command');
      peer.say('result', { id: payload['id'], ...result, at: new Date().toISOString() });
      expect(await ordered).toMatchObject({ code: 69, stdout: '', stderr: expect.stringMatching(sentence) });
    }
  });

  it('mode sets a door’s mode for a time, and takes it back', async () => {
    publish();
    await serve();
    const peer = await connectedPeer('front');
    await upToDate(peer);
    const setting = headend('mode', 'front', 'LockedOpen', '--for', '8h');
    const { payload } = await peer.next('command');
    expect(payload).toMatchObject({ op: 'setDoorMode', args: { door: 'front', mode: 'LockedOpen' } });
    const { until } = payload['args'] as { until: string };
    const hours = (Date.parse(until) - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(8);
    peer.say('result', { id: payload['id'], outcome: 'done', at: new Date().toISOString() });
    expect(await setting).toMatchObject({ code: 0, stdout: `front is LockedOpen until ${until}.` });
    const normal = headend('mode', 'front', 'normal');
    const { payload: back } = await peer.next('command');
    expect(back).toMatchObject({ op: 'setDoorMode', args: { door: 'front', mode: 'normal' } });
    const at = new Date().toISOString();
    peer.say('result', { id: back['id'], outcome: 'rejected', reason: 'badArguments', at });
    expect(await normal).toMatchObject({
      code: 69,
      stderr: expect.stringMatching(/^Not set: front does not drive the door front; .* \[badArguments\]\n$/),
    });
  });

  it('revoke reaches the device as denial and delta; lockdown says who has obeyed', async () => {
    publish();
    await serve();
    const peer = await connectedPeer('front');
    const before = await upToDate(peer);
    const revoking = headend('revoke', 'resident', 'r-101');
    expect((await peer.next('command')).payload).toMatchObject({ op: 'revoke', args: { id: 'r-101' } });
    const { payload: delta } = await peer.next('delta');
    peer.say('cursor', { epoch: before.epoch, seq: delta['seq'], digest: delta['digest'] });
    expect((await revoking).stdout).toMatch(/~ resident r-101 .*: status[\s\S]*front: done/);

    const locking = headend('lockdown', 'on', '--scope', 'door:front');
    const { payload } = await peer.next('command', ({ op }) => op === 'lockdown');
    peer.say('result', { id: payload['id'], outcome: 'done', at: new Date().toISOString() });
    expect((await locking).stdout).toMatch(/Lockdown of door:front is on\.\n {2}front: done/);

    const ending = headend('lockdown', 'off', '--scope', 'door:front');
    const { payload: off } = await peer.next('command', ({ args }) => (args as { on: boolean }).on === false);
    const refused = { outcome: 'rejected', reason: 'badArguments', at: new Date().toISOString() };
    peer.say('result', { id: off['id'], ...refused });
    expect((await ending).stdout).toMatch(
      /is off\.\n {2}front: refused it: front does not understand this order; .* \[badArguments\]$/,
    );
  });

  const unlock = ['unlock', 'front', '--by', 'staff:super'];
  it.each([
    ['nothing published', [], ['run'], 78, /begin with: vestibule-headend publish/],
    ['no such file', [], ['publish', 'none.yaml'], 65, /cannot be read/],
    ['no device', [publish], unlock, 65, /devices add/],
    [
      'nobody named',
      [publish, () => addDevice('front')],
      ['unlock', 'front'],
      64,
      /--by staff:ID.*staff:super/,
    ],
    ['no head-end running', [publish, () => addDevice('front')], unlock, 69, /vestibule-headend run/],
    ['a door misspelt', [publish], ['unlock', 'fornt', '--by', 'staff:super'], 65, /front \(Front\)/],
    ['a mode that is none', [publish], ['mode', 'front', 'Ajar'], 64, /LockedOpen/],
    ['a time that is none', [publish], ['mode', 'front', 'Locked', '--for', 'lunch'], 64, /--for 90min/],
    ['a table that cannot be revoked', [publish], ['revoke', 'door', 'front'], 64, /credential, guest/],
    ['a row that is not there', [publish], ['revoke', 'resident', 'nobody'], 65, /r-101/],
    ['a scope that is none', [publish], ['lockdown', 'on', '--scope', 'all'], 64, /area:ID or door:ID/],
    ['no such command', [], ['frobnicate'], 64, /unknown command/],
    ['a broker that is none', [publish], ['run', '--broker', 'http://x'], 64, /mqtt:\/\/broker/],
    ['a folder in use', [publish, serve], ['run'], 69, /serves .* already/],
    ['a device that is away', [publish, () => addDevice('front'), serve], unlock, 69, /not connected/],
  ] as const)('are refused in one sentence with the way out: %s', async (_, before, args, code, sentence) => {
    for (const prepare of before) await prepare();
    const finished = await headend(...args);
    expect(finished).toMatchObject({ code, stdout: '' });
    expect(finished.stderr).toMatch(sentence);
  });
});

describe('what a console says of itself, and the keys', () => {
  it('report prints the state that the console answers, and keys rotate reaches it at once', async () => {
    publish();
    await serve();
    const peer = await connectedPeer('front');
    const { epoch, seq, digest } = await upToDate(peer);
    const asked = start('report', 'front');
    const command = (await peer.next('command', ({ op }) => op === 'report')).payload;
    const state = {
      ...{ epoch, seq, digest, rows: 5, keyset: 1, eventHead: 0, eventAcked: 0, denials: 0, lockdowns: [] },
      ...{ doors: { front: { mode: 'Locked', relayActivations: 0 } }, clockState: 'trusted' },
    };
    const { id } = command;
    peer.say('result', { id, outcome: 'done', at: new Date().toISOString(), state });
    const report = await asked.finished();
    expect([report.code, JSON.parse(report.stdout)]).toEqual([0, { ...state, digest: digest.slice(0, 16) }]);

    const rotated = await headend('keys', 'rotate', '--drop-old');
    const [, n] = /New keys sign from now on \(keyset (\d+)/.exec(rotated.stdout) ?? [];
    const { payload } = await peer.next('keyset', (keyset) => String(keyset['n']) === n);
    expect(payload['keys']).toHaveLength(4);
  });

  it('keys rotate works while nothing runs, and report does not', async () => {
    publish();
    addDevice('front');
    const rotated = await headend('keys', 'rotate');
    expect(rotated.stdout).toContain('not running: devices are told once it is');
    const report = await headend('report', 'front');
    expect([report.code, report.stderr]).toEqual([69, expect.stringContaining('vestibule-headend run')]);
  });
});

describe('vestibule-headend watch and devices', () => {
  it('shows what came before and what comes, once each, and survives a restart of the head-end', async () => {
    publish();
    const serving = await serve();
    const peer = await connectedPeer('front');
    await upToDate(peer);
    const subject = { kind: 'resident', id: 'r-101' };
    const report = async (batch: ReturnType<DevicePeer['nextEvents']>) => {
      peer.say('events', { log: peer.log, events: batch });
      await peer.next('ack', ({ upTo }) => upTo === batch.at(-1)?.seq);
    };
    await report(peer.nextEvents(2, { type: 'AccessGranted', door: 'front', subject, backfilled: true }));
    const watch = start('watch');
    const json = start('watch', '--json', '--tail', '1');
    expect(await watch.line((line) => line.includes('#2'))).toMatch(
      /^2026-11-22 09:05:00 {2}front #2 {2}AccessGranted {2}door front \(Front\) {2}resident r-101 \(Élodie Tremblay, suite 101\).*\(back-filled\)$/,
    );
    await json.line((line) => line.includes('"seq":2'));
    await report(peer.nextEvents(1));
    await watch.line((line) => line.includes('#3'));
    await serving.kill('SIGTERM');
    await serve();
    await report(peer.nextEvents(1));
    await watch.line((line) => line.includes('#4'));
    await json.line((line) => line.includes('"seq":4'));
    const seqs = json.lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
    expect(seqs).toEqual([2, 3, 4]);
    expect(watch.lines).toHaveLength(4);
    expect((await watch.kill('SIGINT')).code).toBe(0);

    expect((await headend('devices')).stdout).toContain('front  online  up to date');
    const list = JSON.parse((await headend('devices', '--json')).stdout) as unknown[];
    expect(list).toMatchObject([{ id: 'front', behind: 0, clockState: 'trusted', software: 'peer/1' }]);
  });
});

describe('vestibule-headend devices add', () => {
  it('makes the identity folder from which a device connects', async () => {
    publish();
    const identity = join(folder, 'identity');
    const added = await headend('devices', 'add', 'front', '--out', identity, '--broker', broker.url);
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining(identity) });
    const peer = new DevicePeer(identity, broker.url);
    peers.push(peer);
    await peer.connect();
    await serve();
    peer.hello();
    expect((await peer.next('manifest')).payload).toMatchObject({ aud: 'building:two-doors', seq: 1 });
  });
});

describe('kill -9', () => {
  it('loses no event that was acknowledged', async () => {
    publish();
    const peer = await connectedPeer('front');
    const events: ReturnType<DevicePeer['nextEvents']>[number][] = [];
    let acked = 0;
    let held = 0;
    for (let round = 0; round < 3; round += 1) {
      const serving = await serve();
      await upToDate(peer);
      // A stream of single events; the head-end dies somewhere in it.
      const from = held;
      const dying = peer
        .next('ack', ({ upTo }) => Number(upTo) >= from + 20)
        .then(async ({ payload }) => {
          await serving.kill('SIGKILL');
          acked = Number(payload['upTo']);
        });
      events.push(...peer.nextEvents(60));
      for (const event of events.slice(held)) peer.say('events', { log: peer.log, events: [event] });
      await dying;
      for (const { name, payload } of peer.came.left) {
        if (name === 'ack') acked = Math.max(acked, Number(payload['upTo']));
      }
      const { head, stored } = books(({ store }) => ({
        head: store.events.head('front', peer.log).head,
        stored: store.events.tail(1_000).map(({ seq, hash }) => ({ seq, hash })),
      }));
      held = head;
      expect(held).toBeGreaterThanOrEqual(acked);
      expect(stored).toEqual(events.slice(0, held).map(({ seq, hash }) => ({ seq, hash })));
    }
    expect(acked).toBeGreaterThanOrEqual(60);
  });
});

describe('the control socket', () => {
  it("is its owner's alone and answers garbage with a sentence", async () => {
    publish();
    await serve();
    const socket = join(folder, 'state', 'headend.sock');
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const post = (path: string, body: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const asking = request({ socketPath: socket, path: `/${path}`, method: 'POST' }, (response) => {
          text(response).then(resolve, reject);
        });
        asking.on('error', reject);
        asking.end(body);
      });
    expect(JSON.parse(await post('lockdown', 'garbage'))).toEqual({
      code: 'badInput',
      message: 'The request is not JSON.',
    });
    expect(JSON.parse(await post('lockdown', '{"scope":"all","on":true}'))).toMatchObject({
      code: 'badInput',
    });
    expect(JSON.parse(await post('nothing', '{}'))).toEqual({
      code: 'badInput',
      message: 'There is no such request.',
    });
    expect(readFileSync(join(folder, 'state', 'README.txt'), 'utf8')).toContain('Keep a copy offline');
  });
});
