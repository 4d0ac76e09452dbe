/** A building with much going on, right and wrong, and everything that is left of it anywhere. */
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { type BrowserTap, tapBrowser } from './browser-tap.ts';
import { changes, edited, elodie, nobody, slips, strangers } from './busy-building.ts';
import { headEnd, type RunningCommand, sim, vestibule } from './command.ts';
import { openLobby, touchKeys } from './console-page.ts';
import { ask, askRaw, enter } from './console-request.ts';
import { ensureUi } from './console-ui.ts';
import { onTheWire, openPlace, type Place, photographed } from './places.ts';
import { type Secret, secretsOf } from './secrets.ts';
import { type Site, startSite, watched } from './site.ts';
import { tapWire, type WireTap } from './wire-tap.ts';

export interface BusyRun {
  readonly places: readonly Place[];
  readonly secrets: readonly Secret[];
  /** Those of them that are of the building as it was published last. */
  readonly published: readonly Secret[];
  /** `type` or `type reason` of every event that reached the head-end. */
  readonly happened: ReadonlySet<string>;
}

/** Every act is awaited, and fails if it did not do what it is for. */
export async function busyRun(): Promise<BusyRun> {
  await ensureUi();
  const kept = new AsyncDisposableStack();
  try {
    const site = kept.use(await startSite());
    const browser = kept.use(await launchBrowser());
    const wire = kept.use(await tapWire(site.broker.url));
    const stage = new Stage(site);
    await stage.open();
    const { page, tap } = await lobbyOf(browser, stage.url);
    await people(stage, page);
    await calls(stage, page);
    await operator(stage);
    await slipsOfThePen(stage);
    await garbage(stage);
    await outage(stage, page);
    await damage(stage, page);
    await lookBack(stage);
    // Awaited here: what is read there is still running.
    return await gather(stage, page, tap, wire);
  } finally {
    await kept.disposeAsync();
  }
}

class Stage {
  readonly site: Site;
  readonly url: string;
  /** Programs beside those that the site keeps. */
  readonly others: RunningCommand[] = [];
  /** Versions of the building file that were published. */
  readonly buildings: string[] = [];
  readonly places: Place[] = [];
  #controller: RunningCommand | undefined;
  #serving: RunningCommand | undefined;
  #following: RunningCommand | undefined;

  constructor(site: Site) {
    this.site = site;
    this.url = `http://127.0.0.1:${site.port}`;
  }

  async open(): Promise<void> {
    const { configFile, buildingFile, folder, headEndState } = this.site;
    await mkdir(join(folder, 'by-hand'));
    const config = await readFile(configFile, 'utf8');
    await writeFile(
      configFile,
      config.replace('level: info', 'level: debug').replace('showAnswerFor: 8s', 'showAnswerFor: 1min'),
    );
    this.buildings.push(await readFile(buildingFile, 'utf8'));
    await this.start();
    this.site.watch();
    this.keep(headEnd(['--state', headEndState, 'watch', '--tail', '10000']));
    this.#following = this.keep(vestibule(['events', '--follow', '--config', configFile]));
  }

  async start(): Promise<void> {
    this.#serving = await this.site.startHeadEnd();
    this.#controller = await this.site.startController();
    await this.site.inStep();
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#controller?.kill(signal);
    await this.#serving?.kill(signal);
  }

  /** In good order, with nobody left who reads: the databases are whole in their files, and no -wal is beside them. */
  async rest(): Promise<void> {
    await this.#following?.kill('SIGTERM');
    await this.end('SIGTERM');
  }

  keep(program: RunningCommand): RunningCommand {
    this.others.push(program);
    return program;
  }

  /** `vestibule-headend` with these arguments. */
  async order(code: number, ...args: readonly string[]): Promise<void> {
    const finished = await this.site.run(...args);
    if (finished.code !== code) throw new Error(`${args.join(' ')}: ${JSON.stringify(finished)}`);
  }

  async ask(code: number, program: RunningCommand): Promise<void> {
    const finished = await this.keep(program).finished();
    if (finished.code !== code) throw new Error(JSON.stringify(finished));
  }

  async draft(name: string, text: string): Promise<string> {
    const file = join(this.site.folder, 'by-hand', name);
    await writeFile(file, text);
    return file;
  }

  async photograph(moment: string, atRest: boolean): Promise<void> {
    this.places.push(...(await photographed(this.site.folder, moment, { atRest })));
  }
}

async function lobbyOf(browser: Browser, url: string): Promise<{ page: Page; tap: BrowserTap }> {
  const { page } = await openLobby(browser, 'about:blank');
  page.setDefaultTimeout(60_000);
  const tap = await tapBrowser(page);
  await page.goto(url);
  await page.waitForSelector('.directory-row');
  return { page, tap };
}

async function type(page: Page, digits: string): Promise<void> {
  await touchKeys(page, `${digits}#`);
  await page.waitForSelector('.answer-shown');
  await page.tap('.answer-back');
  await page.waitForSelector('.answer-shown', { state: 'detached' });
}

/**
 * At the screen, at the readers, in their cars: with what is theirs, with what is not, and by guessing; at each keypad
 * with fewer misses than lock it, so that codes go on being looked at.
 */
async function people(stage: Stage, page: Page): Promise<void> {
  const { site } = stage;
  const [one = '', two = '', three = '', four = ''] = strangers.codes;
  for (const digits of ['62817389', elodie, one, two, three, '49317306']) await type(page, digits);
  const duress = '77572818';
  for (const code of [elodie, duress, '78467016', four]) await site.sim('code', code, '--door', 'front');
  await site.sim('code', elodie, '--door', 'garage');
  for (const [hex, bits, door] of [
    ['bd88eb80', '26', 'front'],
    ['a45f9e40', '26', 'front'],
    ['5a31c09b60', '37', 'front'],
    ['de4dbe40', '26', 'front'],
    ['e2801160600002095d4c81f2', '96', 'garage'],
  ] as const) {
    await site.sim('card', hex, '--bits', bits, '--door', door);
  }
  await site.sim('tag', 'E2003412012F1700046A21C8', '--door', 'garage');
  await site.sim('tag', 'e2009999000011112222abcd', '--door', 'garage');
  await stage.photograph('while it runs', false);
}

/** A listed resident by touch, a hidden one by directory code; one answers and opens, one is busy, all of it watched. */
async function calls(stage: Stage, page: Page): Promise<void> {
  const { phonePort } = stage.site;
  const phone = (...args: readonly string[]): Promise<void> =>
    stage.ask(0, sim(['phone', ...args, '--port', String(phonePort), '--json']));
  const look = async (path: string): Promise<void> => {
    const { status, headers, body } = await ask(phonePort, { path });
    stage.places.push(openPlace(`phone ${status} ${path}`, `${JSON.stringify(headers)} ${body}`));
  };
  await phone('preset', 'busy');
  await page.getByRole('button', { name: 'Élodie Tremblay' }).click();
  // The phone and what follows it are busy alike.
  await page.waitForSelector('.call-ended');
  await page.click('.call-button');
  await phone('preset', 'rings');
  await touchKeys(page, '2908#');
  await page.waitForSelector('.call-calling');
  await look('/api/phone');
  await phone('answer');
  await page.waitForSelector('.call-talking');
  await phone('press', '9');
  await page.waitForSelector('.call-opened');
  await look('/api/phone');
  await look('/');
  await phone('hang-up');
  // Without it the screen would show for a minute how the call ended.
  await page.locator('.call-button', { hasText: 'Back' }).tap();
  await page.waitForSelector('.call-shown', { state: 'detached' });
}

async function operator(stage: Stage): Promise<void> {
  const { site } = stage;
  const { buildingFile } = site;
  const changed = edited(stage.buildings[0] ?? '', changes);
  await writeFile(buildingFile, changed);
  stage.buildings.push(changed);
  await stage.order(0, 'publish', buildingFile);
  for (const code of ['60718293', '47452494', '71829304']) await site.sim('code', code, '--door', 'front');

  await stage.order(0, 'unlock', 'front', '--by', 'staff:rejean-quesnel');
  await stage.order(0, 'lockdown', 'on');
  await site.sim('code', elodie, '--door', 'front');
  await stage.order(0, 'lockdown', 'off');
  await stage.order(0, 'revoke', 'credential', '101-elodie-tremblay.code1');
  await site.sim('code', elodie, '--door', 'front');
  await stage.order(0, 'reinstate', 'credential', '101-elodie-tremblay.code1');
  await stage.order(0, 'revoke', 'resident', '102-declan-obrien');
}

/** Wrong files and wrong arguments, with secrets where a sentence about them could quote them. */
async function slipsOfThePen(stage: Stage): Promise<void> {
  await Promise.all([wrongBuildings(stage), wrongConfigurations(stage), wrongOrders(stage)]);
}

async function wrongBuildings(stage: Stage): Promise<void> {
  for (const [name, edits] of Object.entries(slips)) {
    await stage.order(65, 'publish', await stage.draft(name, edited(stage.buildings[0] ?? '', edits)));
  }
}

async function wrongConfigurations(stage: Stage): Promise<void> {
  const config = await readFile(stage.site.configFile, 'utf8');
  for (const [name, wrong] of [
    ['port.yaml', config.replace(/port: \d+/, `port: ${elodie}`)],
    ['key.yaml', config.replace('console:', `console:\n  ${elodie}: true`)],
    ['level.yaml', config.replace('level: debug', 'level: "+14165550163"')],
  ] as const) {
    const file = await stage.draft(name, wrong);
    await stage.ask(78, vestibule(['config', 'check', '--config', file]));
    await stage.ask(78, vestibule(['run', '--config', file]));
  }
}

async function wrongOrders(stage: Stage): Promise<void> {
  for (const args of [
    ['code', `${elodie}x`, '--door', 'front'],
    ['card', 'bd88eb80zz', '--door', 'front'],
    ['tag', 'E2003412012F1700046A21C8', '--door', 'cellar'],
  ]) {
    await stage.ask(64, sim([...args, '--state', stage.site.stateDir]));
  }
  await stage.order(65, 'revoke', 'credential', elodie);
  await stage.order(65, 'reinstate', 'guest', '62817389');
  await stage.order(65, 'unlock', 'front', '--by', `guest:${elodie}`);
}

async function garbage({ site: { port }, places }: Stage): Promise<void> {
  const host = `127.0.0.1:${port}`;
  const get = (path: string) => ask(port, { path });
  const foreign = { host, origin: `http://${elodie}.example`, 'content-type': 'application/json' };
  const questions = [
    [404, () => get(`/${elodie}`)],
    [405, () => get(`/api/entry?digits=${elodie}`)],
    [400, () => enter(port, `{"digits":"${elodie}x"}`)],
    [400, () => enter(port, `{"digits":"${elodie}","door":"gym"}`)],
    [400, () => enter(port, `{"digits":"${elodie}"`)],
    [413, () => enter(port, JSON.stringify({ digits: elodie.repeat(200) }))],
    [403, () => ask(port, { method: 'POST', path: '/api/entry', headers: foreign, body: '{}' })],
    [421, () => ask(port, { path: '/', headers: { host: `${elodie}.example` } })],
    [200, () => get('/api/status')],
    [200, () => get('/api/state')],
  ] as const;
  for (const [status, question] of questions) {
    const answer = await question();
    if (answer.status !== status) throw new Error(`not ${status}: ${JSON.stringify(answer)}`);
    places.push(openPlace(`HTTP ${status}`, `${JSON.stringify(answer.headers)} ${answer.body}`));
  }
  places.push(openPlace('HTTP raw', await askRaw(port, `${elodie} / HTTP/9\r\n\r\n`)));
}

/** The broker goes and comes; then both programs are killed. */
async function outage(stage: Stage, page: Page): Promise<void> {
  const { site } = stage;
  const { broker } = site;
  await broker.stop();
  await site.until(({ link }) => !link.connected);
  await type(page, elodie);
  await type(page, strangers.codes[4] ?? '');
  await site.sim('card', 'bd88eb80', '--bits', '26', '--door', 'front');
  await broker.start();
  await site.until(({ link }) => link.session);
  await stage.end('SIGKILL');
  await page.waitForSelector('.cover-shown');
  await stage.photograph('after kill -9', true);
  await stage.start();
  await page.waitForSelector('.cover-shown', { state: 'detached' });
  await type(page, elodie);
}

/** Both databases of the controller cannot be read: they are set aside, and the building comes back from the cloud. */
async function damage(stage: Stage, page: Page): Promise<void> {
  await stage.rest();
  await page.waitForSelector('.cover-shown');
  for (const name of ['replica.db', 'events.db']) {
    const file = await open(join(stage.site.stateDir, name), 'r+');
    await file.write('This was a database once.', 0);
    await file.close();
  }
  await stage.start();
  await page.waitForSelector('.cover-shown', { state: 'detached' });
  await type(page, elodie);
  await type(page, strangers.codes[0] ?? '');
}

async function lookBack(stage: Stage): Promise<void> {
  const { configFile } = stage.site;
  await Promise.all([
    stage.order(0, 'devices', '--json'),
    stage.order(0, 'devices'),
    ...[['status'], ['status', '--json'], ['events'], ['events', '--json']].map((args) =>
      stage.ask(0, vestibule([...args, '--config', configFile])),
    ),
  ]);
}

async function gather(stage: Stage, page: Page, tap: BrowserTap, wire: WireTap): Promise<BusyRun> {
  const { site, others, places, buildings } = stage;
  const screen = await page.content();
  const received = await tap.received();
  const { events } = await site.status();
  const watch = site.programs.find(({ lines }) => lines[0]?.startsWith('{"device":'));
  await watch?.line((line) => line.includes(`"log":"${events.log}","seq":${events.head},`));
  const happened = watched(watch?.lines ?? []).map(({ event: { type: what, reason } }) =>
    reason === undefined ? what : `${what} ${reason}`,
  );
  const programs = [...site.programs, ...others];
  for (const program of programs) await program.kill('SIGTERM');
  await stage.photograph('at the end', true);
  const siteKey = (await readFile(join(site.stateDir, 'identity/site.key'), 'utf8')).trim();
  return {
    places: [
      ...programs.map(({ command, lines, errors }) =>
        openPlace(`program ${command}`, `${lines.join('\n')}\n${errors}`),
      ),
      openPlace('addresses', tap.addresses.join('\n')),
      ...received.map((text) => openPlace('browser', text)),
      openPlace('screen', screen),
      ...wire.messages.map(({ topic, text }) => onTheWire(topic, text)),
      ...places,
    ],
    secrets: secretsOf(buildings, strangers, siteKey),
    published: secretsOf(buildings.slice(-1), nobody, siteKey),
    happened: new Set(happened),
  };
}
