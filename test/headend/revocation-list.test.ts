/** The list of revoked certificates: where it is kept, what is made good later, and what an older database leaves in it. */
import { chownSync, cpSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAuthority } from '../../sync/headend/enrolment/authority.ts';
import { type OpenHeadEnd, openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { askHeadEnd } from '../../sync/links/enrol/head-end-client.ts';
import {
  enrolledConsole,
  enrolmentService,
  type NewConsole,
  type Service,
} from '../support/enrolment-service.ts';
import { freePort } from '../support/free-port.ts';
import { tempDir } from '../support/store.ts';

const day = 86_400_000;
const nobodyThere = 'mqtt://127.0.0.1:1';

/** A building with a broker's folder. */
async function withBroker() {
  const service = await enrolmentService();
  const folder = join(tempDir(), 'broker');
  await service.books.brokerCertificate(['broker.test'], folder);
  const { stateDir } = service.headEnd;
  return { service, folder, stateDir, own: join(stateDir, 'ca.crl'), copy: join(folder, 'ca.crl') };
}

const serialOf = (console: NewConsole, service: Service): string =>
  service.headEnd.store.enrolment
    .certificatesOf('lobby')
    .find(({ pem }) => pem === console.file('device.crt'))?.serial ?? 'none';

/** The serials of a list that the CA of this state folder has signed. */
async function listed(stateDir: string, file = join(stateDir, 'ca.crl')): Promise<readonly string[]> {
  const authority = await openAuthority(stateDir, 'maple-court', Date.now());
  const entries = await authority.entriesOf(readFileSync(file, 'utf8'));
  if (entries === undefined) throw new Error(`${file} is no list of this CA`);
  return entries.map(({ serial }) => serial);
}

/** Serves until the test ends; without a broker, which the list does not wait for. */
function run(headEnd: OpenHeadEnd): void {
  const ending = new AbortController();
  const done = headEnd.run({ url: nobodyThere }, ending.signal);
  onTestFinished(async () => {
    ending.abort();
    await done;
  });
}

/** What `whileBooks` does is forgotten by the database, and by nothing else, as after a restore. */
async function restored(service: Service, whileBooks: () => Promise<void>) {
  const { stateDir } = service.headEnd;
  const backup = join(tempDir(), 'headend.db');
  const database = new Database(join(stateDir, 'headend.db'));
  await database.backup(backup);
  database.close();
  await whileBooks();
  const folder = join(tempDir(), 'state');
  cpSync(stateDir, folder, { recursive: true, filter: (name) => !/headend\.(db|sock)/.test(name) });
  cpSync(backup, join(folder, 'headend.db'));
  const logged: { readonly what: string; readonly details: unknown }[] = [];
  const headEnd = openHeadEnd({
    stateDir: folder,
    clock: { now: () => service.time.now, monotonicMs: () => 0 },
    log: (_level, what, details) => logged.push({ what, details }),
  });
  onTestFinished(() => headEnd.close());
  const enrolment = await headEnd.enrolment();
  const url = `https://127.0.0.1:${await freePort()}`;
  const serving = await enrolment.serve(url);
  onTestFinished(() => serving.close());
  return { books: enrolment.books, list: enrolment.list, folder, logged, url };
}

const renew = (url: string, console: NewConsole) =>
  askHeadEnd(url, {
    method: 'POST',
    path: '/renew',
    ca: console.file('ca.crt'),
    own: { cert: console.file('device.crt'), key: console.file('device.key') },
  });

/** Puts the console's next certificate in the place of the one that it has. */
async function renewed(service: Service, console: NewConsole): Promise<void> {
  service.time.now += 61 * day;
  const answer = await renew(service.url, console);
  if (answer.kind === 'refused') throw new Error(answer.problem);
  const { certificate } = answer.body as { readonly certificate: string };
  writeFileSync(join(console.identity, 'device.crt'), certificate);
}

describe('a list that could not be written', () => {
  it('is told with the folder, and made good at the next start of the head-end, which says that the broker must reload', async () => {
    const { service, folder, stateDir, copy } = await withBroker();
    const console = await enrolledConsole(service);
    const serial = serialOf(console, service);
    renameSync(folder, `${folder}.away`);
    expect(await service.books.remove('lobby')).toMatchObject({ kind: 'notCopied', folder, code: 'ENOENT' });
    expect(await listed(stateDir)).toEqual([serial]);
    renameSync(`${folder}.away`, folder);
    expect(await listed(stateDir, copy)).toEqual([]);
    run(service.headEnd);
    await expect.poll(() => listed(stateDir, copy)).toEqual([serial]);
    await expect
      .poll(() => service.logged)
      .toContainEqual(
        `the revocation list was behind: let the broker reload it ${JSON.stringify({ folder })}`,
      );
  });

  it('is told by a head-end that starts and cannot do it either, with the folder', async () => {
    const { service, folder } = await withBroker();
    await enrolledConsole(service);
    renameSync(folder, `${folder}.away`);
    await service.books.remove('lobby');
    run(service.headEnd);
    await expect
      .poll(() =>
        service.logged.find((line) => line.startsWith('the revocation list is not where it belongs')),
      )
      .toContain(`there is no folder ${folder} here any more. Copy `);
  });

  it('is written at the next start when the process was killed between the removal and the list', async () => {
    const { service, stateDir, copy } = await withBroker();
    const serial = serialOf(await enrolledConsole(service), service);
    service.headEnd.store.enrolment.revokeAll('lobby', Date.now());
    run(service.headEnd);
    await expect.poll(() => listed(stateDir, copy)).toEqual([serial]);
    expect(await listed(stateDir)).toEqual([serial]);
  });

  it('in the state folder is told, too, and nothing is laid beside the broker that is not in it', async () => {
    const { service, stateDir, own, copy } = await withBroker();
    await enrolledConsole(service);
    renameSync(own, `${own}.away`);
    // A folder in its place: nothing can be read or written there, not even by root.
    cpSync(tempDir(), own, { recursive: true });
    expect(await service.books.remove('lobby')).toMatchObject({
      kind: 'notWritten',
      list: own,
      code: 'EISDIR',
    });
    expect(await listed(stateDir, copy)).toEqual([]);
  });
});

describe('a list that is being written', () => {
  it('is written once more for whoever is revoked meanwhile, by another process, too', async () => {
    const { service, stateDir, copy } = await withBroker();
    const serial = serialOf(await enrolledConsole(service), service);
    const { list } = await service.headEnd.enrolment();
    const writing = list.write();
    service.headEnd.store.enrolment.revokeAll('lobby', Date.now());
    await writing;
    expect(await listed(stateDir, copy)).toEqual([serial]);
  });
});

describe('a list that root has written', () => {
  it('belongs to whom the state folder belongs to, who has to read it', async () => {
    const { service, stateDir, own } = await withBroker();
    await enrolledConsole(service);
    if (process.getuid?.() === 0) chownSync(stateDir, 65_534, 65_534);
    await service.books.remove('lobby');
    expect(statSync(own).uid).toBe(statSync(stateDir).uid);
  });
});

describe('a list that is complete', () => {
  it('stays the same file at a start: whoever watches it does not restart the broker', async () => {
    const { service, own, copy } = await withBroker();
    const before = [own, copy].map((file) => statSync(file).ino);
    expect(await (await service.headEnd.enrolment()).list.write()).toMatchObject({
      kind: 'written',
      changed: false,
    });
    expect([own, copy].map((file) => statSync(file).ino)).toEqual(before);
  });
});

describe('after an older database was put back', () => {
  it('the list keeps what was revoked since, and who is on it gets no new certificate', async () => {
    const { service, copy } = await withBroker();
    const lobby = await enrolledConsole(service);
    await enrolledConsole(service, 'gym');
    const lobbys = serialOf(lobby, service);
    const later = await restored(service, async () => void (await service.books.remove('lobby')));
    expect(await renew(later.url, lobby)).toMatchObject({ code: 'revokedCertificate' });
    // The list in the state folder suffices.
    rmSync(copy);
    await later.books.remove('gym');
    for (const file of [join(later.folder, 'ca.crl'), copy]) {
      const serials = await listed(later.folder, file);
      expect(serials).toContain(lobbys);
      expect(serials).toHaveLength(2);
    }
  });

  it('the broker’s copy gives back what the list in the state folder has lost', async () => {
    const { service, stateDir, own, copy } = await withBroker();
    const serial = serialOf(await enrolledConsole(service), service);
    const older = readFileSync(own);
    const later = await restored(service, async () => void (await service.books.remove('lobby')));
    writeFileSync(join(later.folder, 'ca.crl'), older);
    expect(await listed(stateDir, copy)).toEqual([serial]);
    await later.list.write();
    expect(await listed(later.folder)).toEqual([serial]);
    expect(await listed(later.folder, copy)).toEqual([serial]);
  });

  it('a certificate that was issued since is learnt when it is shown, and a removal revokes it', async () => {
    const { service } = await withBroker();
    const lobby = await enrolledConsole(service);
    const later = await restored(service, () => renewed(service, lobby));
    const since = serialOf(lobby, service);
    expect(await renew(later.url, lobby)).toMatchObject({ kind: 'answer' });
    await later.books.remove('lobby');
    expect(await listed(later.folder)).toContain(since);
  });

  it('a certificate that was issued since is revoked when it is shown only after its console was removed', async () => {
    const { service, copy } = await withBroker();
    const lobby = await enrolledConsole(service);
    const later = await restored(service, () => renewed(service, lobby));
    const since = serialOf(lobby, service);
    await later.books.remove('lobby');
    expect(await listed(later.folder)).not.toContain(since);
    expect(await renew(later.url, lobby)).toMatchObject({ code: 'revokedCertificate' });
    expect(await listed(later.folder, copy)).toContain(since);
    expect(later.logged).toContainEqual({
      what: 'a certificate of a console that was taken out is revoked: let the broker reload its list',
      details: { device: 'lobby' },
    });
  });

  it('a console that the database has never heard of is refused, and not revoked: the newer database may come back', async () => {
    const { service, copy } = await withBroker();
    const consoles: NewConsole[] = [];
    const later = await restored(service, async () => void consoles.push(await enrolledConsole(service)));
    const [lobby] = consoles;
    if (lobby === undefined) throw new Error('no console');
    expect(await renew(later.url, lobby)).toMatchObject({ code: 'unknownCertificate' });
    expect(await listed(later.folder, copy)).toEqual([]);
  });

  it('nothing is taken from a list that another CA has signed', async () => {
    const { service, stateDir, copy } = await withBroker();
    const serial = serialOf(await enrolledConsole(service), service);
    const stranger = await openAuthority(tempDir(), 'maple-court', Date.now());
    const forged = await stranger.revocationList([{ serial, revokedAt: Date.now() }], Date.now());
    writeFileSync(copy, forged);
    await (await service.headEnd.enrolment()).list.write();
    expect(await listed(stateDir, copy)).toEqual([]);
  });
});
