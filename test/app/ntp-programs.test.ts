import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type NtpCommands, NtpPrograms } from '../../controller/app/ntp-programs.ts';
import type { NtpReport } from '../../controller/core/ntp.ts';
import { type Chrony, startChrony } from '../support/chrony.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { tempDir } from '../support/store.ts';

const heardAtUs = 1_795_337_999_900_000;
const heardAt = heardAtUs / 1_000;
const synchronised = `{"type":"(uuuuittayttttbtt)","data":[0,4,4,2,-25,0,0,[10,0,0,1],${heardAtUs},${heardAtUs},${heardAtUs},${heardAtUs},false,1,0]}`;

type Command = readonly [program: string, ...args: string[]];
const says = (text: string): Command => ['printf', '%s\\n', text];
const fails: Command = ['false'];
const missing: Command = ['/nonexistent/busctl'];

const read = (commands: Partial<NtpCommands>, signal = new AbortController().signal): Promise<NtpReport> =>
  new NtpPrograms({
    ...{ chronyTracking: missing, timesyncdMessage: missing, kernelSynchronised: missing },
    ...commands,
  }).read(() => heardAt, signal);

describe('the system’s NTP client', () => {
  it('is none where neither is installed', async () => {
    expect(await read({})).toEqual({ kind: 'none' });
  });

  it('is none where both are, and neither runs', async () => {
    expect(await read({ chronyTracking: fails, timesyncdMessage: fails })).toEqual({ kind: 'none' });
  });

  it('is systemd-timesyncd where chrony does not answer', async () => {
    const timesyncd = {
      timesyncdMessage: says(synchronised),
      kernelSynchronised: says('{"type":"b","data":true}'),
    };
    expect(await read({ ...timesyncd, chronyTracking: fails })).toEqual({
      ...{ kind: 'disciplined', client: 'systemd-timesyncd' },
      errorMs: 0,
    });
  });

  it('cannot be read where the kernel’s word is missing', async () => {
    expect((await read({ timesyncdMessage: says(synchronised) })).kind).toBe('unreadable');
  });

  it('that hangs is given up after a while', async () => {
    const commands = {
      chronyTracking: ['sleep', '3600'],
      timesyncdMessage: fails,
      kernelSynchronised: fails,
    } as const;
    const report = await new NtpPrograms(commands, 20).read(() => heardAt, new AbortController().signal);
    expect(report).toEqual({ kind: 'unreadable', problem: 'chronyc does not end' });
  });

  it('that hangs is killed when the controller ends', async () => {
    const folder = tempDir();
    const began = join(folder, 'began');
    writeFileSync(join(folder, 'hang.sh'), `echo > '${began}'; exec sleep 3600`);
    const ending = new AbortController();
    const reading = read({ chronyTracking: ['sh', join(folder, 'hang.sh')] }, ending.signal);
    await expect.poll(() => existsSync(began)).toBe(true);
    ending.abort();
    expect((await reading).kind).toBe('unreadable');
  });

  it('is asked by programs whose absence is an answer: whatever this machine has, there is a report', async () => {
    const report = await new NtpPrograms().read(Date.now, new AbortController().signal);
    expect(['disciplined', 'undisciplined', 'none', 'unreadable']).toContain(report.kind);
  });
});

describe('Debian’s chronyd', () => {
  let port = 0;
  const server = () => [
    ...[`port ${port}`, 'bindaddress 127.0.0.1', 'allow 127.0.0.1'],
    ...['local stratum 8', 'server 127.0.0.1 port 9'],
  ];
  const client = (options = '') => [
    'port 0',
    `server 127.0.0.1 port ${port} iburst minpoll -4 maxpoll -4 ${options}`,
  ];

  beforeAll(async () => {
    port = await freePort();
  });

  /** What chronyd says in the end: its server's first answers take it a moment. */
  const inTheEnd = ({ tracking }: Chrony) => expect.poll(() => read({ chronyTracking: tracking }));

  it('vouches once it follows a server', async () => {
    forThisTest(await startChrony(server()));
    const chrony = forThisTest(await startChrony(client()));
    await inTheEnd(chrony).toMatchObject({ kind: 'disciplined', client: 'chrony' });
  });

  it('does not vouch while it knows that the clock is off', async () => {
    forThisTest(await startChrony(server()));
    const chrony = forThisTest(await startChrony(client('offset 2.5')));
    const problem = expect.stringMatching(/^may be off by 2\.\d s$/);
    await inTheEnd(chrony).toMatchObject({ kind: 'undisciplined', problem });
  });

  it('does not vouch without a server that answers', async () => {
    const chrony = forThisTest(await startChrony(client()));
    expect(await read({ chronyTracking: chrony.tracking })).toMatchObject({ problem: 'is not synchronised' });
  });

  it('does not vouch for its own clock alone', async () => {
    const chrony = forThisTest(await startChrony(server()));
    await inTheEnd(chrony).toMatchObject({ problem: 'follows its own clock only' });
  });
});
