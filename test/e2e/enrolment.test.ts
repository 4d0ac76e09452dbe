/** Enrolment as an operator and an installer do it: every program a process of its own, a broker that demands certificates. */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readPairingLine } from '../../sync/protocol/pairing-code.ts';
import { type Finished, headEnd, type RunningCommand, vestibule } from '../support/command.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { startMosquitto } from '../support/mosquitto.ts';

/** A head-end that serves enrolment, its building, and consoles that nobody has enrolled yet. */
async function newBuilding(broker = 'mqtt://127.0.0.1:1') {
  const folder = await mkdtemp(join(tmpdir(), 'vestibule-enrol-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const state = join(folder, 'headend');
  const url = `https://127.0.0.1:${await freePort()}`;
  const operate = (...args: readonly string[]): RunningCommand =>
    forThisTest(headEnd(['--state', state, ...args]));
  const must = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await operate(...args).finished();
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  await copyFile('config/examples/building.yaml', join(folder, 'building.yaml'));
  await must('publish', join(folder, 'building.yaml'));
  return {
    folder,
    url,
    operate,
    must,
    async serve(at = broker): Promise<RunningCommand> {
      const serving = operate('run', '--broker', at, '--enrolment', url);
      await serving.line((line) => line.includes('enrolment is served'));
      return serving;
    },
    /** `pair`, with the five lines that it shows. */
    async pair(): Promise<{
      readonly command: RunningCommand;
      readonly id: string;
      readonly lines: readonly string[];
    }> {
      const command = operate('pair', '--building', 'le-sextant');
      await command.line((line) => line.startsWith('Its broker'));
      const id = /^Pairing (\w{8}) for le-sextant/m.exec(command.lines.join('\n'))?.[1] ?? '';
      const lines = command.lines.flatMap((line) => /^ +line \d +(\S+)$/.exec(line)?.[1] ?? []);
      return { command, id, lines };
    },
    console: (name: string) => newConsole(join(folder, name)),
  };
}

async function newConsole(folder: string) {
  await mkdir(folder);
  const config = join(folder, 'vestibule.yaml');
  const example = await readFile('config/examples/vestibule.yaml', 'utf8');
  let yaml = example;
  for (const [port] of example.matchAll(/port: \d+/g)) yaml = yaml.replace(port, `port: ${await freePort()}`);
  await writeFile(config, yaml);
  const state = join(folder, 'state');
  return {
    state,
    identity: join(state, 'identity'),
    provision: (args: readonly string[], typed?: string): RunningCommand =>
      forThisTest(vestibule(['--config', config, 'provision', ...args], typed)),
    run: (): RunningCommand => forThisTest(vestibule(['--config', config, 'run'])),
  };
}

const shown = async (provision: RunningCommand): Promise<string> =>
  /^This console shows +(\d{3} \d{3})$/.exec(
    await provision.line((line) => line.startsWith('This console')),
  )?.[1] ?? '';

const isFound = (line: string): boolean => readPairingLine(line, 1).kind === 'refused';

const oneLine = /^[^\n]+\n$/;
function expectRefusal({ code, stderr }: Finished, exitCode: number, words: string): void {
  expect(stderr).toMatch(oneLine);
  expect(stderr).toContain(words);
  expect(code).toBe(exitCode);
}

describe('from the box to the wall and back', () => {
  it('a console is paired, confirmed, served over mutual TLS, and wiped when it is taken out', async () => {
    const building = await newBuilding();
    const certificates = join(building.folder, 'broker');
    await building.must('broker-certificate', '--host', '127.0.0.1', '--out', certificates);
    const broker = forThisTest(
      await startMosquitto(
        [
          // It gives up root before it reads the files of a private folder.
          ...(process.getuid?.() === 0 ? ['user root'] : []),
          `cafile ${certificates}/ca.crt`,
          `certfile ${certificates}/server.crt`,
          `keyfile ${certificates}/server.key`,
          `crlfile ${certificates}/ca.crl`,
          'require_certificate true',
          'use_identity_as_username true',
          '',
        ].join('\n'),
      ),
    );
    const serving = await building.serve(broker.url.replace('mqtt:', 'mqtts:'));
    await serving.line((line) => line.includes('connected to the broker'));

    const { command: pair, id, lines } = await building.pair();
    const console = await building.console('lobby');
    // An installer types, and slips once.
    const [first = ''] = lines;
    // About one slip in 4,000 passes the check of its line.
    const slip = ['0', '1', '2'].map((symbol) => first.slice(0, -1) + symbol).find(isFound) ?? '';
    const provision = console.provision([], [building.url, slip, ...lines, ''].join('\n'));
    const digits = await shown(provision);
    expect(provision.errors).toContain('Line 1 of the code has a slip in it');
    expect(await pair.line((line) => line.includes('It must show'))).toContain(digits);
    expect((await pair.finished()).code).toBe(0);
    expect(existsSync(console.identity)).toBe(false);

    expect(await building.must('confirm')).toBe(`${id}  shows ${digits}`);
    const wrong = await building
      .operate('confirm', id, '--device', 'lobby', '--digits', '000000x')
      .finished();
    expect(wrong.code).toBe(65);
    const confirmed = await building.must('confirm', id, '--device', 'lobby', '--digits', digits);
    expect(confirmed).toContain('building  le-sextant');
    expect(confirmed).toContain('front (Front door)');
    expect((await provision.finished()).code).toBe(0);

    const controller = console.run();
    await controller.line((line) => line.includes('"connected":true'));
    await serving.line((line) => line.includes('device says hello'));
    await controller.line((line) => line.includes('snapshot is live'));

    expect(await building.must('devices', 'remove', 'lobby')).toContain('it has wiped its keys');
    const ended = await controller.finished();
    expect(ended.code).toBe(78);
    expect(ended.stderr).toContain('is not enrolled any more');
    expect(readdirSync(console.state).filter((name) => name !== 'running.lock')).toEqual([]);
    const again = await console.run().finished();
    expectRefusal(again, 78, 'enrol this device with "vestibule provision"');
  });
});

describe('kill -9', () => {
  it('of a console that waits leaves no half identity, and the same code goes on where it was', async () => {
    const building = await newBuilding();
    await building.serve();
    const { id, lines } = await building.pair();
    const console = await building.console('lobby');
    const told = ['--url', building.url, '--code', lines.join(' ')];
    const killed = console.provision(told);
    const digits = await shown(killed);
    await killed.kill('SIGKILL');
    expect(existsSync(console.identity)).toBe(false);
    expectRefusal(await console.run().finished(), 78, 'is missing');
    await building.must('confirm', id, '--device', 'lobby', '--digits', digits);

    const other = await building.console('other');
    expectRefusal(await other.provision(told).finished(), 77, '[usedToken]');
    const second = console.provision(told);
    expect(await shown(second)).toBe(digits);
    expect((await second.finished()).code).toBe(0);
    expect(readdirSync(console.identity)).toHaveLength(7);
  });

  it('of the head-end between code and confirmation loses neither', async () => {
    const building = await newBuilding();
    const serving = await building.serve();
    const { id, lines } = await building.pair();
    const console = await building.console('lobby');
    const provision = console.provision(['--url', building.url, '--code', lines.join('')]);
    const digits = await shown(provision);
    await serving.kill('SIGKILL');
    await building.must('confirm', id, '--device', 'lobby', '--digits', digits);
    await building.serve();
    expect((await provision.finished()).code).toBe(0);
  });
});

describe('what is refused in one sentence', () => {
  it('to an installer: a code with a slip, a console that is refused, and one that is enrolled already', async () => {
    const building = await newBuilding();
    await building.serve();
    const { id, lines } = await building.pair();
    const console = await building.console('lobby');
    const code = lines.join('');
    const at = ['--url', building.url];
    expectRefusal(await console.provision([...at, '--code', code.slice(2)]).finished(), 64, 'not 140');
    expectRefusal(await console.provision(['--code', code]).finished(), 64, '--url');
    expectRefusal(
      await console.provision(['--url', 'https://127.0.0.1:1', '--code', code]).finished(),
      69,
      '[unreachable]',
    );
    const provision = console.provision([...at, '--code', code, '--json']);
    expect(JSON.parse(await provision.line((line) => line.includes('waiting')))).toMatchObject({
      pairing: id,
    });
    await building.must('pair', '--refuse', id);
    const refused = await provision.finished();
    expectRefusal(refused, 77, '[refusedByInstaller]');
    expect(JSON.parse(refused.stdout.split('\n').at(-1) ?? '')).toMatchObject({
      state: 'refused',
      code: 'refusedByInstaller',
    });
    expect(readdirSync(console.state).filter((name) => name !== 'running.lock')).toEqual([]);

    const next = await building.pair();
    const good = console.provision([...at, '--code', next.lines.join('')]);
    const digits = await shown(good);
    expectRefusal(
      await building.operate('confirm', next.id, '--device', 'lobby').finished(),
      64,
      'which six digits the console shows: --digits',
    );
    expect(await building.must('confirm')).toContain(next.id);
    await building.must('confirm', next.id, '--device', 'lobby', '--digits', digits);
    expect((await good.finished()).code).toBe(0);
    expectRefusal(
      await console.provision([...at, '--code', next.lines.join('')]).finished(),
      64,
      '[alreadyEnrolled]',
    );
  });

  it('to an operator: no service, another building, no such pairing, an id that is taken', async () => {
    const building = await newBuilding();
    expectRefusal(await building.operate('pair').finished(), 69, 'run --enrolment https://HOST:PORT');
    await building.serve();
    expectRefusal(await building.operate('pair', '--building', 'elm-court').finished(), 65, 'le-sextant');
    expectRefusal(
      await building.operate('confirm', 'AAAAAAAA', '--device', 'x').finished(),
      65,
      'No device waits',
    );
    expectRefusal(await building.operate('confirm', 'AAAAAAAA').finished(), 64, '--device ID');
    expectRefusal(await building.operate('devices', 'remove', 'x').finished(), 65, 'There is no device "x"');
    const taken = building.operate('run', '--enrolment', 'http://here');
    expectRefusal(await taken.finished(), 64, 'https://head-end.example:8443');
  });
});
