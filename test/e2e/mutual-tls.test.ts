/** The whole line as in a building in use: certificates on both sides, Mosquitto as shipped, each program a process. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCommand, vestibule } from '../support/command.ts';
import { type Site, startSite, type Watched, watched } from '../support/site.ts';

const elodie = '48292613';

describe('a building with certificates', () => {
  let site: Site;
  let serving: RunningCommand;
  let watch: RunningCommand;

  beforeAll(async () => {
    site = await startSite({ secure: true });
    serving = await site.startHeadEnd();
    await site.startController();
    await site.inStep();
    watch = site.watch();
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** The event of this seq, once the head-end holds it. */
  const eventAt = async (seq: unknown): Promise<Watched['event'] | undefined> => {
    const line = await watch.line((said) => said.includes(`"seq":${String(seq)},`));
    return watched([line])[0]?.event;
  };
  const atFront = (): Promise<Record<string, unknown>> => site.sim('code', elodie, '--door', 'front');

  it('opens for a resident’s code, and the event reaches the head-end', async () => {
    const answer = await atFront();
    expect(answer).toMatchObject({ outcome: 'grant', released: true });
    expect(await eventAt(answer['seq'])).toMatchObject({ type: 'AccessGranted' });
  });

  it('shows at the screen what the head-end publishes', async () => {
    const text = await readFile(site.buildingFile, 'utf8');
    await writeFile(
      site.buildingFile,
      text.replace("overrideDisplayName: Shin O'Brien", 'overrideDisplayName: Shin Nguyen'),
    );
    const { seq } = (await site.status()).dataset;
    expect((await site.run('publish', site.buildingFile)).code).toBe(0);
    await site.until(({ dataset }) => dataset.seq > seq);
    const origin = `http://127.0.0.1:${site.port}`;
    const found = await fetch(`${origin}/api/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ query: 'nguyen' }),
    });
    expect(await found.text()).toContain('Shin Nguyen');
  });

  it('opens at a command on behalf of staff, and refuses what was revoked', async () => {
    const [staff = ''] = /staff:(?!ID)[\w-]+/.exec((await site.run('unlock', 'front')).stderr) ?? [];
    expect(await site.run('unlock', 'front', '--by', staff)).toMatchObject({ stdout: 'Unlocked front.' });
    const credential = ['credential', '101-elodie-tremblay.code1'] as const;
    expect((await site.run('revoke', ...credential)).code).toBe(0);
    expect(await atFront()).toMatchObject({ outcome: 'deny', reason: 'revoked' });
    expect((await site.run('reinstate', ...credential)).code).toBe(0);
    expect(await atFront()).toMatchObject({ outcome: 'grant' });
  });

  it('goes on without the broker; the events arrive when it is back, once each and in order', async () => {
    await site.broker.stop();
    const { seq } = await atFront();
    await site.broker.start();
    expect(await eventAt(seq)).toMatchObject({ type: 'AccessGranted', backfilled: true });
    const seqs = watched(watch.lines).map((it) => it.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  it('keeps a console out that was taken out while it could not be told; it says why, and goes on deciding', async () => {
    expect((await serving.kill('SIGTERM')).code).toBe(0);
    const { stdout } = await site.run('devices', 'remove', 'lobby');
    expect(stdout).toContain('could not be reached');
    expect(stdout).toContain('systemctl reload mosquitto');
    // What the page for operators says: reload, and restart to end what is open.
    await site.broker.reload();
    await site.broker.stop();
    await site.broker.start();
    await site.until(({ link }) => link.problem?.includes('it was revoked') === true);
    const told = await vestibule(['status', '--config', site.configFile]).finished();
    expect(told.stdout).toContain('it was revoked, because the device was taken out');
    const doctor = await vestibule(['doctor', '--json', '--config', site.configFile]).finished();
    expect(doctor.stdout).toContain('"brokerRefusesRevoked"');
    expect(await atFront()).toMatchObject({ outcome: 'grant' });
  });
});
