/** A controller in this process with one OSDP line on a real pty, and the readers that stand on it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../config/load.ts';
import { type Controller, compose } from '../../controller/compose.ts';
import { createLogger } from '../../controller/logging.ts';
import type { ReaderStatus } from '../../controller/ports/reader.ts';
import { openReaderKeys } from '../../controller/store/reader-key-file.ts';
import type { Command } from '../../drivers/osdp/messages/command.ts';
import { SimulatedReaders, simulatedSettings } from '../../drivers/sim/reader/simulated-reader.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { type Installation, install } from './composed-controller.ts';
import { ensureUi } from './console-ui.ts';
import { freePort } from './free-port.ts';
import { keyOf } from './osdp/readers.ts';

interface ReaderSite {
  readonly installation: Installation;
  readonly configFile: string;
  readonly device: string;
  readonly readers: SimulatedReaders;
  /** What the readers were told to do. */
  readonly did: readonly Command[];
  start(): Promise<Controller>;
  /** Waits until the reader `hall` is as wanted. */
  until(controller: Controller, wanted: (reader: ReaderStatus) => boolean): Promise<ReaderStatus>;
}

export const hallAddress = 3;

/** `keyed`: `hall` was commissioned before; the controller and the reader have its key. */
export async function readerSite({ keyed = true } = {}): Promise<ReaderSite> {
  await ensureUi();
  const installation = install();
  const { stateDir } = installation;
  const device = join(stateDir, 'line');
  const configFile = join(stateDir, 'vestibule.yaml');
  const door = '{hardware: simulated, monitor: true, rex: release, fire: release}';
  writeFileSync(
    configFile,
    [
      `stateDir: ${stateDir}`,
      `console: {port: ${await freePort()}, keypadDoor: lobby}`,
      `doors: {lobby: ${door}}`,
      'readers:',
      '  entrance:',
      '    hardware: osdp',
      `    device: ${device}`,
      '    baudRate: 115200',
      '    readers:',
      `      hall: {address: ${hallAddress}, door: lobby, reads: [keypad, card], cards: [H10301], display: [en, fr]}`,
      '',
    ].join('\n'),
  );
  if (keyed) openReaderKeys(stateDir).keep('hall', { scbk: keyOf(hallAddress) });
  const did: Command[] = [];
  const readers = new SimulatedReaders({
    path: device,
    readers: [simulatedSettings(hallAddress, keyed ? keyOf(hallAddress) : undefined)],
    onDid: (_, command) => void did.push(command),
    onChannel: () => {},
  });
  onTestFinished(() => readers.close());
  return {
    installation,
    configFile,
    device,
    readers,
    did,
    async start() {
      const config = loadConfig(configFile);
      const identity = loadIdentity(join(stateDir, 'identity'));
      if (config.kind === 'refused') throw new Error(config.problem);
      if (identity.kind === 'refused') throw new Error(identity.problem);
      const controller = compose({
        config: config.config,
        identity: identity.identity,
        software: 'vestibule/test',
        log: createLogger('error'),
      });
      onTestFinished(() => controller.stop());
      await controller.start();
      return controller;
    },
    until: (controller, wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const [hall] = controller.lobby.status().readers ?? [];
          if (hall === undefined || !wanted(hall)) return;
          unsubscribe();
          resolve(hall);
        };
        const unsubscribe = controller.lobby.onChange(look);
        look();
      }),
  };
}
