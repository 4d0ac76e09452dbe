/** The whole line through its real parts: head-end, Mosquitto, controller, each a process as in a building. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCommand, vestibule } from '../support/command.ts';
import { type Site, startSite, type Watched, watched } from '../support/site.ts';

const elodie = '48292613';

describe('a building on its first day', () => {
  let site: Site;
  let controller: RunningCommand;
  let serving: RunningCommand;
  let watch: RunningCommand;

  beforeAll(async () => {
    site = await startSite();
    serving = await site.startHeadEnd();
    controller = await site.startController();
    await site.inStep();
    watch = site.watch();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** The event of this seq, once the head-end holds it. */
  const eventAt = async (seq: unknown): Promise<Watched> => {
    const line = await watch.line((said) => said.includes(`"seq":${String(seq)},`));
    const [event] = watched([line]);
    if (event === undefined) throw new Error('no event');
    return event;
  };

  it.each([
    ['a resident’s code opens', ['code', elodie, '--door', 'front'], { outcome: 'grant', released: true }],
    [
      'an invitation from 2031 says from when',
      ['code', '62817389', '--door', 'front'],
      { outcome: 'deny', reason: 'notActiveYet' },
    ],
    [
      'a code of somebody who moved out',
      ['code', '78467016', '--door', 'front'],
      { outcome: 'deny', reason: 'movedOut' },
    ],
    [
      'a code that nobody has',
      ['code', '00000000', '--door', 'front'],
      { outcome: 'deny', reason: 'unknownCredential' },
    ],
    [
      'a fob at the front door',
      ['card', 'bd88eb80', '--bits', '26', '--door', 'front'],
      { outcome: 'grant' },
    ],
    [
      'a car tag at the garage',
      ['tag', 'E2003412012F1700046A21C8', '--door', 'garage'],
      { outcome: 'grant' },
    ],
    [
      'a code at the garage, which takes cards',
      ['code', elodie, '--door', 'garage'],
      { outcome: 'deny', reason: 'wrongMethod' },
    ],
  ])('%s', async (_, args, reply) => {
    const answer = await site.sim(...args);
    expect(answer).toMatchObject(reply);
    const { event } = await eventAt(answer['seq']);
    expect(event.type).toBe(answer['outcome'] === 'grant' ? 'AccessGranted' : 'AccessDenied');
    expect(event.reason).toBe(answer['reason']);
  });

  it('opens at a command from the cloud, on behalf of staff, and names the command in its event', async () => {
    const { stderr } = await site.run('unlock', 'front');
    const staff = /staff:(?!ID)[\w-]+/.exec(stderr)?.[0] ?? '';
    const { code, stdout } = await site.run('unlock', 'front', '--by', staff);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Unlocked front.' });
    await watch.line((line) => line.includes('AccessGranted') && line.includes('"command"'));
  });

  it('shuts on lockdown for everybody but those who leave, and opens again after it', async () => {
    expect((await site.run('lockdown', 'on')).code).toBe(0);
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({
      outcome: 'deny',
      reason: 'lockedDown',
    });
    expect(await site.sim('rex', '--held', '--door', 'front')).toMatchObject({ released: true });
    await site.sim('rex', '--off', '--door', 'front');
    expect(await site.sim('fire', 'on', '--door', 'garage')).toMatchObject({ released: true });
    expect(await site.sim('fire', 'off', '--door', 'garage')).toMatchObject({ released: false });
    expect((await site.run('lockdown', 'off')).code).toBe(0);
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({ outcome: 'grant' });
  });

  it('refuses what was revoked, until it is reinstated', async () => {
    const credential = '101-elodie-tremblay.code1';
    expect((await site.run('revoke', 'credential', credential)).code).toBe(0);
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({
      outcome: 'deny',
      reason: 'revoked',
    });
    expect((await site.run('reinstate', 'credential', credential)).code).toBe(0);
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({ outcome: 'grant' });
  });

  it('goes on deciding without the broker, and its events arrive once each, in order, marked as back-filled', async () => {
    await site.broker.stop();
    const offline: unknown[] = [];
    for (const [code, door] of [
      [elodie, 'front'],
      ['00000000', 'garage'],
      [elodie, 'front'],
    ] as const) {
      const answer = await site.sim('code', code, '--door', door);
      offline.push(answer['seq']);
    }
    await site.broker.start();
    for (const seq of offline) expect((await eventAt(seq)).event.backfilled).toBe(true);

    await site.inStep();
    const online = await site.sim('code', elodie, '--door', 'front');
    expect((await eventAt(online['seq'])).event.backfilled).toBeUndefined();
    const seqs = watched(watch.lines).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('loses no event over kill -9, and its next start is consistent', async () => {
    const { log } = (await site.status()).events;
    const before = await site.sim('code', elodie, '--door', 'front');
    await controller.kill('SIGKILL');
    controller = await site.startController();
    const after = await site.sim('code', elodie, '--door', 'front');
    expect(after['outcome']).toBe('grant');
    expect(Number(after['seq'])).toBeGreaterThan(Number(before['seq']));
    await eventAt(after['seq']);
    expect((await site.status()).events.log).toBe(log);
    const seqs = watched(watch.lines).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('keeps a lockdown over kill -9', async () => {
    expect((await site.run('lockdown', 'on', '--scope', 'door:front')).code).toBe(0);
    await controller.kill('SIGKILL');
    await serving.kill('SIGKILL');
    controller = await site.startController();
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({ reason: 'lockedDown' });
    serving = await site.startHeadEnd();
    await site.inStep();
    expect((await site.run('lockdown', 'off', '--scope', 'door:front')).code).toBe(0);
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({ outcome: 'grant' });
  });

  it('takes no code after five wrong ones at a keypad, over kill -9 too, and the head-end hears of it', async () => {
    // For as long as a busy machine takes to kill and start a controller; else it would be half a minute.
    const lockout =
      'missesPerMinute: 5, lock: 10min, maxLock: 15min, forgiveAfter: 1h, freeMissesPerDay: 30, thenOneTryPer: 15min';
    const text = await readFile(site.buildingFile, 'utf8');
    await writeFile(
      site.buildingFile,
      text.replace('  listing: list\n', `  listing: list\n  lockout: {${lockout}}\n`),
    );
    const { seq } = (await site.status()).dataset;
    expect((await site.run('publish', site.buildingFile)).code).toBe(0);
    await site.until(({ dataset }) => dataset.seq > seq);
    const reasons: unknown[] = [];
    for (const code of [...Array<string>(5).fill('00000000'), elodie]) {
      reasons.push((await site.sim('code', code, '--door', 'gym'))['reason']);
    }
    expect(reasons).toEqual([...Array<string>(5).fill('unknownCredential'), 'lockedOut']);
    await watch.line((line) => line.includes('KeypadLockedOut') && line.includes('"alarm"'));
    await controller.kill('SIGKILL');
    controller = await site.startController();
    expect(await site.sim('code', elodie, '--door', 'gym')).toMatchObject({ reason: 'lockedOut' });
    expect(await site.sim('code', elodie, '--door', 'front')).toMatchObject({ outcome: 'grant' });
  });

  it('says which line of a building file is wrong, and publishes nothing then', async () => {
    const good = await readFile(site.buildingFile, 'utf8');
    const broken = good.replace('    status: active', '    status: activ');
    const line =
      broken.split('\n').findIndex((text) => text.includes('status: activ') && !text.includes('active')) + 1;
    const file = `${site.folder}/broken.yaml`;
    await writeFile(file, broken === good ? good.replace('relockOn: close', 'relockOn: clos') : broken);
    const { code, stderr } = await site.run('publish', file);
    expect(code).toBe(65);
    expect(stderr).toMatch(
      line > 0 ? new RegExp(`broken\\.yaml:${line}:`) : /broken\.yaml:\d+:\d+: .*relockOn/,
    );
    expect(stderr).toContain('nothing was published');
  });

  it('ends in good order when it is told to', async () => {
    const { code, stderr } = await controller.kill('SIGTERM');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { stdout } = await vestibule(['events', '--config', site.configFile]).finished();
    expect(stdout.split('\n').at(-1)).toContain('ControllerStopped');
    expect((await serving.kill('SIGTERM')).code).toBe(0);
  });
});
