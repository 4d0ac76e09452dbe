/** Starting, killing and damaging the programs of a site, and what is noted each time. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { DeviceName } from './building.ts';
import { bodyOf } from './event-body.ts';
import { readCloud, readEvents, readJournal, readReplica, readSeenCommands } from './read-databases.ts';
import type { Fault } from './schedule.ts';
import type { Device, Site } from './site.ts';
import type { Witness } from './witness.ts';

const restartAfterMs = 300;
const workedForMs = 1_500;
const pageBytes = 4_096;
const aYearMs = 365 * 86_400_000;
const databaseParts = ['', '-wal'] as const;

export class Operations {
  readonly #site: Site;
  readonly #witness: Witness;
  /** One thing at a time happens to each program. */
  readonly #lanes = new Map<string, Promise<void>>();
  /** What happened, with the milliseconds since the beginning. */
  readonly #happened: (what: string) => void;
  #hasBackup = false;

  constructor(site: Site, witness: Witness, happened: (what: string) => void) {
    this.#site = site;
    this.#witness = witness;
    this.#happened = happened;
  }

  /** Begins; it is over when `settled` resolves. */
  begin(fault: Fault): void {
    const lane = 'device' in fault ? fault.device : fault.kind;
    const name = ['killHeadEnd', 'backUp', 'restore'].includes(lane) ? 'headEnd' : lane;
    this.#inLane(name, () => this.#carryOut(fault));
  }

  /** After all that has begun. */
  async settled(): Promise<void> {
    await Promise.all(this.#lanes.values());
  }

  /** Everything runs again, every line is clear and every disk has room. */
  async allUp(): Promise<void> {
    const { broker, headEnd, devices, disk } = this.#site;
    await this.settled();
    disk.free(devices.lobby.program.pid);
    if (!broker.running) await broker.start();
    if (!headEnd.running) void headEnd.start();
    for (const device of Object.values(devices)) while (!device.up) await this.#start(device);
    devices.lobby.diskFull = false;
  }

  async restart(who: DeviceName | 'headEnd'): Promise<void> {
    this.begin(
      who === 'headEnd' ? { kind: 'killHeadEnd' } : { kind: 'killDevice', device: who, anyMoment: true },
    );
    await this.settled();
  }

  /** A program has ended by itself. */
  ended(who: DeviceName | 'headEnd', how: string): void {
    this.#happened(`${who} ended by itself, ${how}`);
    if (who === 'headEnd') this.#witness.cloud.endedByItself.push(how);
    else {
      const device = this.#site.devices[who];
      device.up = false;
      // EX_IOERR: the disk refused, which it did.
      if (!(device.diskFull && how.startsWith('exit 74'))) this.#witness.devices[who].endedByItself.push(how);
    }
    this.#inLane(who, async () => {
      await pause(restartAfterMs);
      if (who === 'headEnd') void this.#site.headEnd.start();
      else await this.#start(this.#site.devices[who]);
    });
  }

  #inLane(lane: string, work: () => Promise<void>): void {
    this.#lanes.set(lane, (this.#lanes.get(lane) ?? Promise.resolve()).then(work));
  }

  async #carryOut(fault: Fault): Promise<void> {
    const { devices, broker, headEndProxy, disk } = this.#site;
    switch (fault.kind) {
      case 'killDevice':
        if (!fault.anyMoment && performance.now() - devices[fault.device].upSinceMs < workedForMs) return;
        await this.#killDevice(devices[fault.device]);
        void this.#start(devices[fault.device]);
        return;
      case 'damageReplica':
      case 'damageEvents':
        await this.#damage(fault.kind, devices[fault.device], fault.draw);
        return;
      case 'killHeadEnd':
      case 'backUp':
      case 'restore':
        await this.#killHeadEnd(fault.kind);
        return;
      case 'killBroker':
        await broker.kill();
        await pause(restartAfterMs);
        await broker.start();
        return;
      case 'cut':
        (fault.line === 'headEnd' ? headEndProxy : devices[fault.line].proxy).cut();
        return;
      case 'blackHole':
        void (fault.line === 'headEnd' ? headEndProxy : devices[fault.line].proxy).blackHole(fault.ms);
        return;
      case 'fillDisk':
        devices.lobby.diskFull = true;
        disk.fill(devices.lobby.program.pid);
        await pause(fault.ms);
        disk.free(devices.lobby.program.pid);
        return;
      case 'clock': {
        const off = { '1970': -Date.now(), aYearOn: aYearMs, right: 0 }[fault.to];
        writeFileSync(devices[fault.device].clockFile, String(off));
        return;
      }
      default:
        fault satisfies never;
    }
  }

  async #start(device: Device): Promise<void> {
    const notes = this.#witness.devices[device.name];
    if (!(await device.program.start())) return;
    const log = readJournal(device.journal)?.log;
    if (log === undefined) return;
    notes.log = log;
    device.up = true;
    device.upSinceMs = performance.now();
  }

  async #killDevice(device: Device): Promise<void> {
    const notes = this.#witness.devices[device.name];
    device.up = false;
    device.upSinceMs = Number.POSITIVE_INFINITY;
    await device.program.kill();
    const told = notes.told.at(-1);
    const onDisk = device.suspect ? undefined : readReplica(device.replica);
    if (onDisk === undefined) return;
    notes.readings.push({ ...onDisk, life: notes.life });
    if (told !== undefined && told.life === notes.life) notes.afterKill.push({ onDisk, told });
  }

  async #damage(kind: 'damageReplica' | 'damageEvents', device: Device, draw: number): Promise<void> {
    const notes = this.#witness.devices[device.name];
    await this.#killDevice(device);
    // What it said last, on a line that is dark, must not be taken for the word of who comes after it.
    device.proxy.sever();
    const file = kind === 'damageReplica' ? device.replica : device.journal;
    if (kind === 'damageReplica') {
      notes.life += 1;
      device.suspect = true;
    } else this.#closeLog(device);
    damagePage(file, draw);
    while (!device.up) await this.#start(device);
    // The page was one that the write-ahead log stands in for: the log goes on.
    if (kind === 'damageEvents') this.#witness.cloud.closedLogs.delete(`${device.name}/${notes.log}`);
    if (kind === 'damageReplica') {
      const started = readEvents(device.journal)?.findLast(
        (event) => bodyOf(event).type === 'ControllerStarted',
      );
      if (started !== undefined) notes.damagedBoots.add(bodyOf(started).boot);
    }
  }

  /** What the device had, and how much of it somebody else has, before its `events.db` is destroyed. */
  #closeLog(device: Device): void {
    const journal = readJournal(device.journal);
    const events = readEvents(device.journal);
    if (journal === undefined || events === undefined) return;
    const notes = this.#witness.devices[device.name];
    notes.logs.set(journal.log, { events, acked: journal.acked });
    notes.seen.set(journal.log, readSeenCommands(device.journal) ?? new Set());
    // Until it is up again nobody knows which log it writes.
    notes.log = '';
    const key = `${device.name}/${journal.log}`;
    this.#witness.cloud.closedLogs.set(key, readCloud(this.#site.headEndDb)?.heads.get(key) ?? 0);
  }

  async #killHeadEnd(then: 'killHeadEnd' | 'backUp' | 'restore'): Promise<void> {
    const { headEnd, headEndDb, headEndProxy, folder } = this.#site;
    const { cloud, acked } = this.#witness;
    await headEnd.kill();
    // What it said last, on a line that is dark, must not be held against who comes after it.
    headEndProxy.sever();
    const heads = readCloud(headEndDb)?.heads;
    if (heads !== undefined) {
      for (const [log, upTo] of acked) cloud.acks.push({ log, acked: upTo, held: heads.get(log) ?? 0 });
    }
    acked.clear();
    const backup = join(folder, 'backup.db');
    if (then === 'restore' && this.#hasBackup) this.#restore(backup);
    else if (then !== 'killHeadEnd') {
      copyDatabase(headEndDb, backup);
      this.#hasBackup = true;
    }
    await pause(restartAfterMs);
    void headEnd.start();
  }

  #restore(backup: string): void {
    const { headEndDb } = this.#site;
    const { cloud } = this.#witness;
    copyDatabase(backup, headEndDb);
    cloud.restores += 1;
    const heads = readCloud(headEndDb)?.heads;
    for (const [log, held] of cloud.closedLogs)
      cloud.closedLogs.set(log, Math.min(held, heads?.get(log) ?? 0));
  }
}

function copyDatabase(from: string, to: string): void {
  for (const part of [...databaseParts, '-shm']) rmSync(to + part, { force: true });
  for (const part of databaseParts) if (existsSync(from + part)) copyFileSync(from + part, to + part);
}

/** Overwrites one page with what is none; the first one as often as all others. */
function damagePage(file: string, draw: number): void {
  if (!existsSync(file)) return;
  const pages = Math.max(1, Math.floor(statSync(file).size / pageBytes));
  const page = draw < 0.5 ? 0 : Math.floor((draw - 0.5) * 2 * pages);
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(pageBytes, 0xa5), 0, pageBytes, page * pageBytes);
  closeSync(handle);
}
