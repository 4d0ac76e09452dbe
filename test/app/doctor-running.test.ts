import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { ConsoleServer } from '../../controller/console/server.ts';
import type { Finding } from '../../controller/doctor/finding.ts';
import type { ControllerStatus } from '../../controller/ports/lobby.ts';
import { lockState } from '../../controller/store/state-lock.ts';
import { vestibule } from '../support/command.ts';
import { composed, type Installation, install } from '../support/composed-controller.ts';
import { ensureUi } from '../support/console-ui.ts';
import { Shell } from '../support/controller-shell.ts';
import { codesOf, doctor, examined, oneOf, provoked } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { startSite } from '../support/site.ts';
import { tempDir } from '../support/store.ts';
import { vestibuleFolder } from '../support/vestibule-folder.ts';

/** A configuration for a state folder that a test's own controller works on. */
function configFor({ stateDir }: Pick<Installation, 'stateDir'>, port: number): string {
  const file = join(tempDir(), 'vestibule.yaml');
  const lobby = '{hardware: simulated, monitor: true, rex: release, fire: release}';
  writeFileSync(
    file,
    `stateDir: ${stateDir}\nconsole: {port: ${port}, keypadDoor: lobby}\ndoors: {lobby: ${lobby}}\n`,
  );
  return file;
}

/** A controller that has tried its broker once; where that says nothing, one that is connected. */
async function running(broker?: string): Promise<{ readonly configFile: string; readonly port: number }> {
  const installation = install(broker);
  const { controller } = await composed(installation, { port: await freePort() });
  const { port } = await controller.start();
  const { promise, resolve: settled } = Promise.withResolvers<void>();
  const look = (): void => {
    const { connected, problem } = controller.lobby.status().link;
    if (connected || problem !== undefined) settled();
  };
  onTestFinished(controller.lobby.onChange(look));
  look();
  await promise;
  return { configFile: configFor(installation, port), port };
}

const linkIn = async (port: number): Promise<ControllerStatus['link']> => {
  const response = await fetch(`http://127.0.0.1:${port}/api/status`);
  return ((await response.json()) as ControllerStatus).link;
};

describe('doctor beside a running controller', () => {
  provoked(
    [
      'controllerRuns',
      'linkInSession',
      'clockTrusted',
      'databaseSound',
      'eventsDelivered',
      'permissionsGood',
    ],
    'a site whose programs all run',
    async () => {
      const site = forThisTest(await startSite());
      await site.startHeadEnd();
      await site.startController();
      await site.inStep();
      const { code, findings, stderr } = await doctor(site.configFile);
      expect([code, stderr]).toEqual([0, '']);
      expect(findings.filter(({ level }) => level === 'fail')).toEqual([]);
      const status = await vestibule(['--config', site.configFile, 'status']).finished();
      expect(status.stdout).toContain('in session');
      expect(oneOf(findings, 'linkInSession').what).toContain('in session');
      expect(oneOf(findings, 'clockTrusted').what).toContain('(trusted: signed welcome ');
      expect(status.stdout).toContain('(trusted: signed welcome ');
      return findings;
    },
  );

  provoked(['brokerRefuses', 'clockUnknown'], 'a controller whose broker is not there', async () => {
    const { configFile, port } = await running();
    const findings = await examined(configFile);
    // In the words of the controller itself.
    expect(oneOf(findings, 'brokerRefuses').what).toBe((await linkIn(port)).problem);
    expect(codesOf(findings)).not.toContain('clockUnknownAtStart');
    return findings;
  });
  provoked(['linkDown'], 'a controller whose broker hangs up on it', async () => {
    const brokerPort = await freePort();
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end());
    }).listen(brokerPort, '127.0.0.1');
    onTestFinished(() => void server.close());
    const { configFile, port } = await running(`mqtt://127.0.0.1:${brokerPort}`);
    const findings = await examined(configFile);
    expect(oneOf(findings, 'linkDown').what).toBe(`The link is down: ${(await linkIn(port)).problem}`);
    return findings;
  });
  provoked(['headEndSilent'], 'a broker without a head-end', async () => {
    const broker = forThisTest(await startMosquitto());
    const { configFile } = await running(broker.url);
    const findings = await examined(configFile);
    const status = await vestibule(['--config', configFile, 'status']).finished();
    expect(status.stdout).toContain('connected, no session yet');
    expect(oneOf(findings, 'headEndSilent').what).toContain('connected, no session yet');
    return findings;
  });

  provoked(['doorFaulty', 'phoneFaulty'], 'a broken wire, and a phone that cannot start', async () => {
    await ensureUi();
    const stateDir = tempDir();
    const lock = lockState(stateDir);
    const shell = new Shell({ dir: stateDir, phoneProblem: 'the phone line is dead' });
    shell.wires().play({ kind: 'fault', problem: 'the relay board does not answer' });
    await shell.phoneStarted;
    const { timers } = shell.time;
    const logger = pino({ level: 'silent' });
    const server = new ConsoleServer({ lobby: shell.lobby, timers, logger, port: 0 });
    const { port } = await server.start();
    onTestFinished(async () => {
      await server.close();
      lock.release();
    });
    const findings = await examined(configFor({ stateDir }, port));
    expect(oneOf(findings, 'doorFaulty').what).toBe('lobby has a fault: the relay board does not answer');
    expect(oneOf(findings, 'phoneFaulty').what).toContain('the phone line is dead');
    return findings;
  });

  provoked(['controllerSilent'], 'a controller that is halted', async () => {
    await ensureUi();
    const { configFile } = await vestibuleFolder();
    const controller = forThisTest(vestibule(['--config', configFile, 'run']));
    await controller.line((line) => line.includes('"controller is up"'));
    controller.halt();
    return examined(configFile, { consoleMs: 1_000 });
  });
});

describe('doctor where no controller runs', () => {
  provoked(['controllerStopped'], 'before the first start', async () =>
    examined((await vestibuleFolder()).configFile),
  );
  provoked(['portTaken'], 'a port that another program has', async () => {
    const { configFile, port } = await vestibuleFolder();
    const server = createServer((_request, response) => void response.end('{}')).listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    const findings = await examined(configFile);
    expect(oneOf(findings, 'portTaken').what).toContain('another program');
    return findings;
  });
  provoked(['portTaken'], 'a port at which something listens and never answers', async () => {
    const { configFile, port } = await vestibuleFolder();
    const server = createTcpServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    return examined(configFile, { consoleMs: 500 });
  });
  provoked(['portTaken'], 'a port that the controller of another folder has', async () => {
    const { port } = await running();
    const { stateDir } = await vestibuleFolder();
    const findings = await examined(configFor({ stateDir }, port));
    expect(oneOf(findings, 'portTaken').what).toContain('another controller (console-1)');
    // What that one says of its clock and link is nothing to this folder.
    expect(codesOf(findings)).toContain('clockUnknownAtStart');
    return findings;
  });
  provoked(['pageNotBuilt'], 'an installation whose page was never built', async () => {
    const root = resolve(import.meta.dirname, '../..');
    const copy = tempDir();
    for (const name of ['controller', 'config', 'sync', 'drivers', 'package.json']) {
      const filter = (path: string): boolean => !path.endsWith('/dist');
      cpSync(join(root, name), join(copy, name), { recursive: true, filter });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const { configFile } = await vestibuleFolder();
    return (await doctor(configFile, { main: join(copy, 'controller/main.ts') })).findings;
  });
});

describe('doctor on NTP', () => {
  /** Programs of these names and with this to say stand for those of the system. */
  async function foundWith(programs: Readonly<Record<string, string>>): Promise<readonly Finding[]> {
    const folder = join(tempDir(), 'bin');
    mkdirSync(folder);
    for (const [name, said] of Object.entries(programs)) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${said}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    vi.stubEnv('PATH', `${folder}:/nowhere`);
    onTestFinished(() => void vi.unstubAllEnvs());
    return examined((await vestibuleFolder()).configFile);
  }
  const tracking = (leap: string): string =>
    `echo 'A9FEA97B,169.254.169.123,4,1795338000.0,-0.000001,0.000002,0.000005,1.0,0.001,0.02,0.0004,0.0003,64.2,${leap}'`;

  provoked(['ntpDisciplined', 'clockTrusted'], 'a chrony that is in step', () =>
    foundWith({ chronyc: tracking('Normal') }),
  );
  provoked(['ntpUndisciplined'], 'a chrony that has lost its servers', () =>
    foundWith({ chronyc: tracking('Not synchronised') }),
  );
  provoked(['ntpNone'], 'a system without a client', () => foundWith({}));
  provoked(['ntpUnreadable'], 'a chrony of another world', () => foundWith({ chronyc: 'echo good day' }));
});
