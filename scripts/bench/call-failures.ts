import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import type { Lobby } from '../../controller/ports/lobby.ts';
import { rounded } from './measure.ts';
import type { Telephone } from './telephone.ts';

interface Site {
  readonly lobby: Lobby;
  readonly telephone: Telephone;
  /** As the directory names whom to call. */
  readonly callee: string;
  /** Of the phone engine. */
  readonly folder: string;
  /** Resolves once the lobby's state is so. */
  readonly until: (reached: () => boolean) => Promise<void>;
}

/** From what spoils a call to the next guest's INVITE on the wire, in milliseconds, for each way in which that can happen. */
export async function readyAfterFailures(site: Site): Promise<Readonly<Record<string, number>>> {
  const { lobby, telephone, callee, folder, until } = site;
  const phase = (): string => lobby.state().call?.phase.kind ?? 'ended';
  const giveUp = (): void => lobby.endCall(lobby.state().call?.id ?? '');
  const readyAfter = async (spoil: () => void, when: 'ringing' | 'talking'): Promise<number> => {
    await until(() => phase() === 'ended');
    const coming = telephone.invited();
    lobby.call({ resident: callee });
    const invite = await coming;
    if (when === 'talking') {
      telephone.answer(invite);
      await until(() => phase() === 'talking');
    }
    const spoiltMs = performance.now();
    spoil();
    // The guest reads why, and the next one touches a name.
    await until(() => phase() === 'ended');
    telephone.unreadable = false;
    const next = telephone.invited();
    while (lobby.call({ resident: callee }).outcome !== 'calling') await passed(5);
    const readyMs = (await next).atMs - spoiltMs;
    giveUp();
    return rounded(readyMs, 0);
  };
  const engineKilled = await readyAfter(() => {
    process.kill(Number(readFileSync(join(folder, 'engine.pid'), 'utf8')), 'SIGKILL');
  }, 'talking');
  const controlTaken = await readyAfter(() => takeControl(folder), 'talking');
  telephone.unreadable = true;
  const unreadableAnswer = await readyAfter(() => {}, 'ringing');
  const givenUp = await readyAfter(giveUp, 'ringing');
  return { engineKilled, controlTaken, unreadableAnswer, givenUp };
}

/** Somebody else reaches for the controls, and talks garbage. */
function takeControl(folder: string): void {
  const text = readFileSync(join(folder, 'config'), 'utf8');
  const [, port] = /^ctrl_tcp_listen 127\.0\.0\.1:(\d+)$/m.exec(text) ?? [];
  const intruder = connect({ host: '127.0.0.1', port: Number(port) });
  intruder.on('error', () => {});
  intruder.end('POST / HTTP/1.1\r\n\r\n');
}
