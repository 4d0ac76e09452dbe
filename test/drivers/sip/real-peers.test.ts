/** Calls as a building makes them: through Kamailio, with a login, to a second baresip that speaks and listens. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SipSetup } from '../../../drivers/sip/sip-setup.ts';
import { BaresipResident, lastRecording, recordedMs, recording } from '../../support/baresip-resident.ts';
import { type Kamailio, startKamailio, trunkLogin } from '../../support/kamailio.ts';
import { SipPeer } from '../../support/sip-peer.ts';
import {
  consoleTone,
  type RunningPhone,
  residentTone,
  type SipFolder,
  sipFolder,
  startSipPhone,
} from '../../support/sip-site.ts';
import { toneShare } from '../../support/tone-share.ts';

let resident: BaresipResident;
let trunk: Kamailio;
let folder: SipFolder;
beforeAll(async () => {
  folder = sipFolder();
  writeFileSync(join(folder.path, 'password'), trunkLogin.password, { mode: 0o600 });
  resident = await BaresipResident.start();
  trunk = await startKamailio(resident.port);
});
afterAll(async () => {
  await trunk[Symbol.asyncDispose]();
  await resident[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

interface Recording {
  heard(): Int16Array;
  heardMs(): number;
}
const overTrunk = async (changed: Partial<SipSetup>): Promise<RunningPhone & Recording> => {
  const heard = join(folder.path, `heard-${changed.transport}-${changed.srtp ?? false}`);
  mkdirSync(heard);
  const port = changed.transport === 'tls' ? trunk.tlsPort : trunk.port;
  const line = await startSipPhone(port, {
    domain: `127.0.0.1:${port}`,
    dial: `sip:{number}@127.0.0.1:${port}`,
    login: { user: trunkLogin.user, passwordFile: join(folder.path, 'password') },
    registerEveryMs: 60_000,
    unregisteredAlarmAfterMs: 100,
    extraLines: recording(heard),
    ...changed,
  });
  return {
    ...line,
    heard: () => lastRecording(heard),
    heardMs: () => recordedMs(heard),
    [Symbol.asyncDispose]: () => line[Symbol.asyncDispose](),
  };
};
const kinds = async (line: RunningPhone, count: number): Promise<readonly string[]> => {
  const told: string[] = [];
  while (told.length < count) {
    const event = await line.events.next();
    told.push(event.kind === 'digit' ? event.digit : event.kind === 'ended' ? event.why : event.kind);
  }
  return told;
};

/** Until there has been so much more to hear: on a busy machine that takes longer than its length. */
async function soundOf(ms: number, ...ears: readonly Pick<Recording, 'heardMs'>[]): Promise<void> {
  const enough = ears.map((ear) => ear.heardMs() + ms);
  const isEnough = (): boolean => ears.every((ear, i) => ear.heardMs() >= (enough[i] ?? 0));
  while (!isEnough()) await passed(20);
}

describe.each([
  { transport: 'udp' },
  { transport: 'tcp' },
  { transport: 'tls' },
  { transport: 'tls', srtp: true },
] as const)('over a trunk with a login, %j', (changed) => {
  it('both hear each other, the key arrives, and the prompt is heard in the guest’s place', async () => {
    const line = await overTrunk(changed);
    line.phone.dial({ id: 'a', number: '+14165550100', target: 'phone', language: 'en' });
    expect(await kinds(line, 1)).toEqual(['ringing']);
    await resident.answer();
    expect(await kinds(line, 1)).toEqual(['answered']);
    await soundOf(1_200, resident, line);
    resident.press('9');
    expect(await kinds(line, 1)).toEqual(['9']);
    resident.release();
    line.phone.tell('a', 'opened');
    await soundOf(900, resident);
    resident.hangUp();
    await resident.ended();
    expect(await kinds(line, 1)).toEqual(['hungUp']);
    expect(toneShare(resident.heard(), consoleTone)).toBeGreaterThan(0.8);
    expect(toneShare(line.heard(), residentTone)).toBeGreaterThan(0.8);
    // The signal before the spoken words is short.
    expect(toneShare(resident.heard(), 880, 100)).toBeGreaterThan(0.5);
    expect(toneShare(resident.heard(), 1_500)).toBeLessThan(0.1);
    await expect.poll(() => line.phone.line().registered, { timeout: 30_000 }).toBe(true);
    expect(line.phone.line()).toMatchObject({
      transport: changed.transport,
      // The engine of Debian 12 checks no certificate, and ours is signed by nobody: it says so.
      tlsVerified: false,
      srtp: 'srtp' in changed,
    });
    await line[Symbol.asyncDispose]();
  });
});

it('sends no sound in clear where it has to be encrypted and the other end does not', async () => {
  const peer = await SipPeer.start();
  peer.onInvite = () => peer.answer();
  for (const srtp of [false, true]) {
    const line = await startSipPhone(peer.port, { srtp });
    const before = peer.rtpPackets;
    line.phone.dial({ id: 'a', number: '204', target: 'phone', language: 'en' });
    expect(await kinds(line, 1)).toEqual(['answered']);
    if (srtp) {
      await passed(300);
      expect(peer.rtpPackets).toBe(before);
    } else await expect.poll(() => peer.rtpPackets, { timeout: 30_000 }).toBeGreaterThan(before);
    await line[Symbol.asyncDispose]();
  }
  await peer[Symbol.asyncDispose]();
});
