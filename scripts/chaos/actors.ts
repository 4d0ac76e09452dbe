/** People at the doors, an operator at the head-end, and somebody who reads the replicas from outside: all at random. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askControl } from '../../sync/headend/control/client.ts';
import { HeadEndError } from '../../sync/headend/head-end-error.ts';
import { type DeviceName, devices, doorsAt, scopes } from './building.ts';
import { press } from './press.ts';
import type { Prng } from './prng.ts';
import { readReplica } from './read-databases.ts';
import type { Device, Site } from './site.ts';
import type { Witness } from './witness.ts';

export interface ActorCounts {
  presses: number;
  publishes: number;
  orders: number;
  unlocks: number;
}

export class Actors {
  readonly #site: Site;
  readonly #witness: Witness;
  readonly #prng: Prng;
  readonly counts: ActorCounts = { presses: 0, publishes: 0, orders: 0, unlocks: 0 };
  /** Ever revoked by hand, and scopes ever spoken of: what `settle` has to say again. */
  readonly #touchedCards = new Set<string>();
  readonly #touchedScopes = new Set<string>();

  constructor(site: Site, witness: Witness, prng: Prng) {
    this.#site = site;
    this.#witness = witness;
    this.#prng = prng;
  }

  /** Presses, publishes and orders, until `signal` aborts; resolves when all have ended. */
  async act(signal: AbortSignal): Promise<void> {
    const again = (name: string, meanMs: number, turn: (prng: Prng) => Promise<void>): Promise<void> =>
      untilAborted(signal, meanMs, this.#prng.fork(name), turn);
    await Promise.all([
      ...this.#devices.map((device) =>
        again(`press ${device.name}`, 120, (prng) => this.#press(device, prng)),
      ),
      again('publish', 350, (prng) => this.#publish(prng)),
      again('order', 700, (prng) => this.#order(prng)),
    ]);
  }

  /** Reads the replicas, until `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    await Promise.all(
      this.#devices.map((device) =>
        untilAborted(signal, 200, this.#prng.fork(`observe ${device.name}`), async () =>
          this.observe(device),
        ),
      ),
    );
  }

  /** Reads the live version from outside, in one transaction. */
  observe(device: Device): void {
    const notes = this.#witness.devices[device.name];
    if (!device.up || device.suspect) return;
    const reading = readReplica(device.replica);
    if (reading === undefined) return;
    notes.readings.push({ ...reading, life: notes.life });
    notes.largestRssMb = Math.max(notes.largestRssMb, device.program.rssMb);
    notes.largestStateMb = Math.max(notes.largestStateMb, stateMb(device.stateDir));
  }

  /** Presses so many cards at each device while nothing else happens: the answers must be those of the building. */
  async askAround(each: number): Promise<void> {
    const { model } = this.#site;
    const prng = this.#prng.fork('ask around');
    for (const name of devices) {
      const device = this.#site.devices[name];
      for (let n = 0; n < each; n += 1) await this.#ask(device, model.press(name, prng), true);
    }
  }

  /** The operator makes sure that the head-end knows what it was told, also after it was restored. */
  async settle(): Promise<void> {
    const { model, headEndState } = this.#site;
    const say = async <T>(ask: () => Promise<T>): Promise<void> => {
      for (;;) {
        try {
          await ask();
          return;
        } catch (error) {
          // Nothing is revoked there: it need not be taken back.
          if (error instanceof HeadEndError && error.code === 'unknownRow') return;
          await pause(100);
        }
      }
    };
    const control = async (name: 'revoke' | 'reinstate', id: string): Promise<void> => {
      const asked = await askControl(headEndState, name, { table: 'credential', id });
      if (asked.kind === 'notRunning') throw new Error('not running');
    };
    for (const id of this.#touchedCards) {
      if (!model.revoked.has(id)) await say(() => control('reinstate', id));
    }
    await say(() => this.#send());
    for (const id of model.revoked) await say(() => control('revoke', id));
    for (const scope of this.#touchedScopes) {
      await say(async () => {
        const on = model.lockedDown.has(scope);
        const asked = await askControl(headEndState, 'lockdown', { scope, on });
        if (asked.kind === 'notRunning') throw new Error('not running');
      });
    }
  }

  get #devices(): readonly Device[] {
    return devices.map((name) => this.#site.devices[name]);
  }

  async #press(device: Device, prng: Prng): Promise<void> {
    if (device.up) await this.#ask(device, this.#site.model.press(device.name, prng), false);
  }

  async #ask(
    device: Device,
    card: { card: string; door: string; hex: string },
    atRest: boolean,
  ): Promise<void> {
    const notes = this.#witness.devices[device.name];
    const { log } = notes;
    const { starts } = device.program;
    const offline = !this.#site.broker.running || !this.#site.headEnd.running;
    const reply = await press(device.stateDir, card);
    const sameProcess = device.up && device.program.starts === starts && notes.log === log;
    if (offline && (reply !== undefined || sameProcess)) {
      notes.offline.asked += 1;
      if (reply !== undefined) notes.offline.decided += 1;
    }
    if (reply === undefined || !('outcome' in reply) || notes.log !== log) return;
    this.counts.presses += 1;
    const { outcome, reason, seq } = reply;
    if (outcome === 'deny' && seq === undefined && !atRest) return;
    const { model } = this.#site;
    notes.answers.push({
      log,
      seq: seq ?? 0,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      card: card.card,
      door: card.door,
      ...(atRest ? { expected: model.expected(card) } : {}),
    });
  }

  async #publish(prng: Prng): Promise<void> {
    this.#site.model.edit(prng);
    this.counts.publishes += 1;
    await quietly(() => this.#send());
  }

  async #send(): Promise<void> {
    const { headEndState, model } = this.#site;
    const asked = await askControl(headEndState, 'publish', {
      rows: model.rows().map(({ table, id, row }) => ({ table, id, row: { ...row } })),
    });
    if (asked.kind === 'notRunning') throw new Error('not running');
  }

  async #order(prng: Prng): Promise<void> {
    const { model, headEndState } = this.#site;
    this.counts.orders += 1;
    const draw = prng.next();
    if (draw < 0.25) {
      const id = model.someCard(prng);
      model.revoked.add(id);
      this.#touchedCards.add(id);
      await quietly(() => askControl(headEndState, 'revoke', { table: 'credential', id }));
    } else if (draw < 0.4 && model.revoked.size > 0) {
      const id = prng.pick([...model.revoked]);
      model.revoked.delete(id);
      await quietly(() => askControl(headEndState, 'reinstate', { table: 'credential', id }));
    } else if (draw < 0.5) await this.#lockdown(prng.pick(scopes), true);
    else if (draw < 0.7 && model.lockedDown.size > 0) {
      await this.#lockdown(prng.pick([...model.lockedDown]), false);
    } else this.#unlock(prng.pick(devices), prng);
  }

  async #lockdown(scope: string, on: boolean): Promise<void> {
    const { model, headEndState } = this.#site;
    this.#touchedScopes.add(scope);
    if (on) model.lockedDown.add(scope);
    else model.lockedDown.delete(scope);
    await quietly(() => askControl(headEndState, 'lockdown', { scope, on }));
  }

  /** Its answer takes as long as the device does. */
  #unlock(device: DeviceName, prng: Prng): void {
    this.counts.unlocks += 1;
    const door = prng.pick(doorsAt(device));
    const by = { kind: 'staff' as const, id: 'manager' };
    void quietly(() =>
      askControl(this.#site.headEndState, 'unlock', { device, door, by } as Parameters<
        typeof askControl<unknown, 'unlock'>
      >[2]),
    );
  }
}

async function untilAborted(
  signal: AbortSignal,
  meanMs: number,
  prng: Prng,
  turn: (prng: Prng) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    await turn(prng);
    await pause(meanMs * (0.4 + 1.2 * prng.next()));
  }
}

/** A head-end that is killed in the middle answers nobody. */
async function quietly(ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch {
    // What it has taken in is in its database; `settle` says the rest again.
  }
}

function stateMb(folder: string): number {
  let bytes = 0;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('replica.db') && !name.startsWith('events.db')) continue;
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return Math.round(bytes / 1e6);
}
