/** `devices remove` and `confirm --replace` as an operator types them, and what they say of the broker's list. */
import { chmodSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CommandOutcome } from '../../sync/headend/service/command-desk.ts';
import { startAedes } from '../support/aedes.ts';
import type { Broker } from '../support/broker.ts';
import { type Finished, headEnd, RunningCommand } from '../support/command.ts';
import { enrolledConsole, enrolmentService, NewConsole } from '../support/enrolment-service.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { smallBuilding } from '../support/published-rows.ts';
import { ServingHeadEnd } from '../support/serving-head-end.ts';
import { tempDir } from '../support/store.ts';

const reload = 'Let the broker reload its revocation list now';

const operate = (state: string, ...args: readonly string[]): Promise<Finished> =>
  forThisTest(headEnd(['--state', state, ...args])).finished();

async function withBroker() {
  const service = await enrolmentService();
  const folder = join(tempDir(), 'broker');
  await service.books.brokerCertificate(['broker.test'], folder);
  await enrolledConsole(service);
  return { service, folder, state: service.headEnd.stateDir };
}

describe('devices remove', () => {
  let broker: Broker & AsyncDisposable;
  beforeAll(async () => {
    broker = await startAedes();
  });
  afterAll(async () => {
    await broker[Symbol.asyncDispose]();
  });

  it('removes nothing when the console is there and refuses to wipe itself', async () => {
    const head = new ServingHeadEnd(broker.url);
    onTestFinished(() => head.remove());
    head.books.desk.publish(smallBuilding());
    await head.start();
    const peer = await head.peer('lobby');
    peer.hello({ ...head.books.store.dataset.cursor() });
    await peer.next('welcome', ({ nonce }) => nonce !== null);

    const removing = operate(head.books.stateDir, 'devices', 'remove', 'lobby');
    const { payload } = await peer.next('command');
    expect(payload).toMatchObject({ op: 'decommission' });
    const refusal = { outcome: 'rejected', reason: 'n' } as const satisfies Partial<CommandOutcome>;
    peer.say('result', { id: payload['id'], ...refusal, at: new Date().toISOString() });
    const { code, stdout, stderr } = await removing;
    expect(stderr).toMatch(
      /^Not removed: lobby answered rejected \(n\) .* Try again; .* off the network[^\n]*\n$/,
    );
    expect(stdout).toBe('');
    expect(code).toBe(69);
    expect(head.books.store.devices.get('lobby')).toBeDefined();
  });

  it('says that the broker must reload, once the list is beside its certificate', async () => {
    const { state } = await withBroker();
    expect(await operate(state, 'devices', 'remove', 'lobby')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(reload) as unknown,
    });
  });

  it('ends with 74 and names the broker’s folder when that is not there', async () => {
    const { folder, state } = await withBroker();
    renameSync(folder, `${folder}.away`);
    const { code, stdout, stderr } = await operate(state, 'devices', 'remove', 'lobby');
    expect(stderr).toBe(
      `lobby is removed, but its certificate is not on the broker's revocation list: there is no folder ${folder} here any more. Copy ${join(state, 'ca.crl')} to where the broker reads its ca.crl, and let the broker reload. vestibule-headend run tries again at each start.\n`,
    );
    expect(stdout).toContain('Removed lobby');
    expect(stdout).not.toContain(reload);
    expect(code).toBe(74);
  });

  it('speaks of no reload where no certificate was made for a broker', async () => {
    const service = await enrolmentService();
    await enrolledConsole(service);
    const { stdout } = await operate(service.headEnd.stateDir, 'devices', 'remove', 'lobby');
    expect(stdout).toContain(`copy ${join(service.headEnd.stateDir, 'ca.crl')} to it`);
    expect(stdout).not.toContain(reload);
  });
});

describe('a broker’s folder that is not this user’s', () => {
  /** Runs a command as a user who owns the state folder and nothing else. */
  async function asHeadEndUser(folder: string, state: string, ...args: readonly string[]): Promise<Finished> {
    const asRoot = process.getuid?.() === 0;
    for (const open of [dirname(dirname(state)), dirname(state), dirname(folder)]) chmodSync(open, 0o755);
    chmodSync(folder, 0o555);
    onTestFinished(() => chmodSync(folder, 0o755));
    const through = asRoot
      ? [
          'sh',
          '-c',
          `chown -R 65534 '${state}' && exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"`,
          'sh',
        ]
      : [];
    const script = 'scripts/bin/vestibule-headend.mjs';
    return forThisTest(new RunningCommand(script, ['--state', state, ...args], { through })).finished();
  }

  it('is named by devices remove, which has removed the console, with what is to be copied where', async () => {
    const { folder, state } = await withBroker();
    const { code, stderr } = await asHeadEndUser(folder, state, 'devices', 'remove', 'lobby');
    expect(stderr).toBe(
      `lobby is removed, but its certificate is not on the broker's revocation list: ${folder} may not be written by this user; it has to belong to the user of the head-end (docs/brokers.md). Copy ${join(state, 'ca.crl')} to ${join(folder, 'ca.crl')}, and let the broker reload. vestibule-headend run tries again at each start.\n`,
    );
    expect(code).toBe(74);
    expect(readFileSync(join(state, 'ca.crl'), 'utf8')).not.toBe(
      readFileSync(join(folder, 'ca.crl'), 'utf8'),
    );
  });

  it('is named by broker-certificate', async () => {
    const { state } = await withBroker();
    const folder = join(tempDir(), 'theirs');
    mkdirSync(folder);
    const args = ['broker-certificate', '--host', 'broker.test', '--out', folder];
    const { code, stderr } = await asHeadEndUser(folder, state, ...args);
    expect(stderr).toContain(`This user may not write ${folder}; let it belong to the user of the head-end`);
    expect(code).toBe(78);
  });
});

describe('devices add --replace-key', () => {
  it('revokes the certificate of the folder that was lost, and says that the broker must reload', async () => {
    const { folder, state } = await withBroker();
    const before = readFileSync(join(folder, 'ca.crl'), 'utf8');
    const out = join(tempDir(), 'identity');
    const to = ['--out', out, '--broker', 'mqtts://broker.test', '--replace-key'];
    const added = await operate(state, 'devices', 'add', 'lobby', ...to);
    expect(added.stdout).toContain(`Added lobby. Its identity is in ${out}`);
    expect(added.stdout).toContain(reload);
    expect(added.code).toBe(0);
    expect(readFileSync(join(folder, 'ca.crl'), 'utf8')).not.toBe(before);
  });
});

describe('confirm --replace', () => {
  it('says that the broker must reload: until then the console before can throw the new one out', async () => {
    const { service, state } = await withBroker();
    const { id, code } = service.pair();
    const anew = new NewConsole();
    const enrolling = anew.enrol(service.url, code);
    const { fingerprint } = await anew.waiting;
    const told = ['confirm', id, '--device', 'lobby', '--digits', fingerprint, '--replace'];
    const confirmed = await operate(state, ...told);
    expect(confirmed.stdout).toContain('Confirmed: lobby');
    expect(confirmed.stdout).toContain(reload);
    expect(confirmed.code).toBe(0);
    expect(await enrolling).toMatchObject({ kind: 'enrolled' });
  });
});
