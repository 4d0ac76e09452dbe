import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { shipWords as configuredWords } from '../../config/salto.ts';
import { judgeSalto } from '../../controller/doctor/areas/salto.ts';
import type { Finding } from '../../controller/doctor/finding.ts';
import { readSalto } from '../../controller/doctor/readers/salto.ts';
import { shipWords } from '../../drivers/salto/ship/names.ts';
import { stuckSalto } from '../../scripts/bench/stuck-salto.ts';
import { ShipServer } from '../drivers/salto/ship-server.ts';
import { CloudRows, rowOf } from '../support/cloud-rows.ts';
import { codesOf, doctor, oneOf, provoked } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { aBuilding, aDoor } from '../support/rows.ts';
import { storeIn, tempDir } from '../support/store.ts';

interface Site {
  readonly port: number;
  readonly salto?: string;
  /** Of each door: its lines in the configuration. */
  readonly doors?: Readonly<Record<string, string>>;
  /** saltoDoorId in the dataset, by door. */
  readonly rows?: Readonly<Record<string, string>>;
  readonly timezone?: string;
}

/** A configuration with a state folder whose dataset has the building and the doors. */
function siteOf({ port, salto = '', doors = { front: '' }, rows = {}, timezone = 'UTC' }: Site): string {
  const stateDir = tempDir();
  const { replica } = storeIn(stateDir);
  const cloud = new CloudRows();
  replica.applyDelta(
    cloud.delta(
      { put: rowOf('building', aBuilding({ timezone })) },
      ...Object.entries(rows).map(([id, saltoDoorId]) => ({
        put: rowOf('door', aDoor(id, { kind: 'salto', saltoDoorId })),
      })),
    ),
  );
  const file = join(stateDir, 'vestibule.yaml');
  const lines = Object.entries(doors).map(([id, more]) => `  ${id}: {hardware: salto${more}}`);
  writeFileSync(
    file,
    `stateDir: .\nconsole: {keypadDoor: ${Object.keys(doors)[0]}}\nsalto: {host: 127.0.0.1, port: ${port}${salto}}\ndoors:\n${lines.join('\n')}\n`,
  );
  return file;
}

/** Where waiting is to end in vain, the test says how long it waits. */
async function examined(file: string, questionMs = 60_000): Promise<readonly Finding[]> {
  const read = loadConfig(file);
  if (read.kind === 'refused') throw new Error(read.problem);
  return judgeSalto(await readSalto(read.config, { questionMs, databasesMs: 60_000 }));
}

const serverWith = async (...doors: readonly string[]): Promise<ShipServer> => {
  const server = forThisTest(await new ShipServer().listen());
  for (const door of doors) server.addDoor(door);
  server.time = Temporal.Now.plainDateTimeISO('UTC').toString({ smallestUnit: 'second' });
  return server;
};

describe('vestibule doctor salto', () => {
  provoked(
    ['saltoAnswers', 'saltoClockAgrees', 'saltoDoorsFound', 'saltoAuditRead'],
    'a site where all is well',
    async () => {
      const server = await serverWith('A', 'B');
      const doors = { front: ', saltoDoorId: A', back: '' };
      const findings = await examined(siteOf({ port: server.port, doors, rows: { back: 'B' } }));
      expect(codesOf(findings)).toHaveLength(4);
      expect(oneOf(findings, 'saltoDoorsFound').what).toContain('front, back');
      expect(server.violations).toEqual([]);
      expect(server.calls.filter(({ name }) => name.startsWith('OnlineDoor.Open'))).toEqual([]);
      return findings;
    },
  );

  provoked(['saltoNotConfigured'], 'a device without SALTO', async () => {
    const file = join(tempDir(), 'vestibule.yaml');
    const front = '{hardware: simulated, monitor: true, rex: release, fire: release}';
    writeFileSync(file, `stateDir: .\nconsole: {keypadDoor: front}\ndoors: {front: ${front}}\n`);
    return examined(file);
  });

  provoked(['saltoUnreachable'], 'a server that is not there', () => examined(siteOf({ port: 1 })));

  provoked(['saltoSilent'], 'a server that hangs', async () => {
    const stuck = await stuckSalto();
    const findings = await examined(siteOf({ port: stuck.port }), 500);
    await stuck.close();
    return findings;
  });

  provoked(['saltoNotShip'], 'a port that speaks something else', async () => {
    const server = await serverWith();
    server.misbehave = () => 'notShip';
    return examined(siteOf({ port: server.port }));
  });

  provoked(['saltoRefuses'], 'a server without a licence for SHIP', async () => {
    const server = await serverWith();
    server.misbehave = () => 'exception';
    return examined(siteOf({ port: server.port }));
  });

  provoked(['saltoEncodingWrong'], 'bytes that are no text in the encoding', async () => {
    const server = await serverWith();
    server.misbehave = () => 'notText';
    return examined(siteOf({ port: server.port }));
  });

  it('finds the other encoding by a door that is there but for its accents', () => {
    const door = { id: 'front', saltoId: 'Entrée', openTimeMs: 6_000 };
    const info = { protocol: 'SHIP', version: '1.0', localTime: undefined };
    const findings = judgeSalto({
      ...{ kind: 'asked', server: 's:1', encoding: 'iso-8859-1', naming: 'name', doors: [door] },
      info: { kind: 'told', value: info },
      listed: { kind: 'told', value: [{ id: '7', name: 'EntrÃ©e', openTimeMs: 6_000 }] },
    });
    expect(oneOf(findings, 'saltoEncodingWrong').wayOut).toContain('utf-8');
  });

  provoked(['saltoClockWrong'], 'clocks that are an hour apart', async () => {
    const server = await serverWith('A');
    return examined(siteOf({ port: server.port, rows: { front: 'A' }, timezone: 'Etc/GMT-1' }));
  });

  provoked(
    ['saltoDoorUnnamed', 'saltoDoorUnknown', 'saltoOpenTimeDiffers', 'saltoLockUnreached'],
    'doors that nobody named, that SALTO does not have, and that it does not reach',
    async () => {
      const server = await serverWith('A', 'B');
      server.addDoor('B').comm = 0;
      const doors = {
        front: '',
        side: ', saltoDoorId: a',
        hall: ', saltoDoorId: A, openTime: 10s',
        back: ', saltoDoorId: B',
      };
      const findings = await examined(siteOf({ port: server.port, doors }));
      expect(oneOf(findings, 'saltoDoorUnknown').wayOut).toContain('A, B');
      return findings;
    },
  );

  provoked(['saltoDoorNotOnline'], 'a lock that only cards reach', async () => {
    const server = await serverWith('A');
    server.offline.add('A');
    return examined(siteOf({ port: server.port, rows: { front: 'A' } }));
  });

  provoked(['saltoDoorsNotTold', 'saltoAuditRefused'], 'a server that answers little', async () => {
    const server = await serverWith('A');
    server.misbehave = ({ name }) => (name.startsWith('SaltoDB') ? 'exception' : undefined);
    return examined(siteOf({ port: server.port, rows: { front: 'A' } }));
  });

  it('reads a long list of doors page by page', async () => {
    const server = await serverWith(...Array.from({ length: 450 }, (_, i) => `D${1_000 + i}`));
    const findings = await examined(siteOf({ port: server.port, rows: { front: 'D1449' } }));
    expect(codesOf(findings)).toContain('saltoDoorsFound');
    expect(server.callsOf('SaltoDBDoorList.Read')).toHaveLength(3);
  });

  it('ends with 1 for a failure, as JSON and in plain words', async () => {
    const run = await doctor(siteOf({ port: 1 }), { args: ['salto', '--json'] });
    expect([run.code, codesOf(run.findings)]).toEqual([1, ['saltoUnreachable']]);
  });

  it('knows the same words in the configuration as in the driver', () => {
    expect(configuredWords).toEqual(shipWords);
  });
});

describe('a configuration with SALTO doors', () => {
  const simulated = '{hardware: simulated, monitor: true, rex: release, fire: release}';
  const salto = 'salto: {host: salto.example, port: 9100}';
  it.each([
    ['a server is missing', '', 'front: {hardware: salto}', /doors\.front\.hardware.*section `salto`/],
    ['no door is behind it', salto, `front: ${simulated}`, /salto.*has no door/],
    [
      'two doors are one lock',
      salto,
      'front: {hardware: salto, saltoDoorId: A}\n  back: {hardware: salto, saltoDoorId: A}',
      /doors\.back\.saltoDoorId.*`front`/,
    ],
    [
      'a fire alarm input is not one',
      salto,
      'front: {hardware: salto, fireWith: nowhere}',
      /doors\.front\.fireWith.*"nowhere"/,
    ],
    [
      'two words are written alike',
      'salto: {host: salto.example, port: 9100, names: {DoorID: ExtDoorID}}',
      'front: {hardware: salto}',
      /salto\.names.*ExtDoorID/,
    ],
    [
      'a word is none of SHIP’s',
      'salto: {host: salto.example, port: 9100, names: {DoorNumber: X}}',
      'front: {hardware: salto}',
      /salto\.names/,
    ],
    ['the port is missing', 'salto: {host: salto.example}', 'front: {hardware: salto}', /salto\.port/],
  ])('is refused where %s, with the place', (_, server, doors, problem) => {
    const file = join(tempDir(), 'vestibule.yaml');
    writeFileSync(file, `console: {keypadDoor: front}\n${server}\ndoors:\n  ${doors}\n`);
    const read = loadConfig(file);
    expect(read.kind === 'refused' ? read.problem : readFileSync(file, 'utf8')).toMatch(problem);
  });
});
