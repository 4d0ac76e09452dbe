import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import { describe, expect, onTestFinished } from 'vitest';
import type { Patience } from '../../controller/doctor/examine.ts';
import type { Finding } from '../../controller/doctor/finding.ts';
import { lockState } from '../../controller/store/state-lock.ts';
import { dayMs, type TestAuthority, type TestCertificate, testAuthority } from '../support/certificates.ts';
import { cloudKeys } from '../support/cloud-keys.ts';
import { deafListener } from '../support/deaf-listener.ts';
import { codesOf, examined, oneOf, provoked } from '../support/doctor.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { freePort } from '../support/free-port.ts';
import { fillIdentityFolder } from '../support/identity-folder.ts';
import { startMosquitto } from '../support/mosquitto.ts';
import { secureBuilding } from '../support/secure-building.ts';
import { secureIdentity } from '../support/secure-identity.ts';
import { tempDir } from '../support/store.ts';
import { vestibuleFolder } from '../support/vestibule-folder.ts';

/** What doctor finds where the controller does not run and the broker is at that address. */
async function foundAt(broker: string, patience: Partial<Patience> = {}): Promise<readonly Finding[]> {
  const { configFile, stateDir } = await vestibuleFolder();
  fillIdentityFolder(join(stateDir, 'identity'), { device: 'console-1', broker, keys: cloudKeys() });
  return examined(configFile, patience);
}

/** A listener that does with each connection what a test says. */
async function listener(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    answer(socket);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('doctor on the way to the broker', () => {
  provoked(['brokerUnresolved'], 'a name that nobody has', async () => {
    const findings = await foundAt('mqtt://broker.invalid:1883');
    expect(oneOf(findings, 'brokerUnresolved').what).toContain('broker.invalid:1883');
    return findings;
  });
  provoked(['brokerRefuses'], 'a port at which nobody listens', async () =>
    foundAt(`mqtt://127.0.0.1:${await freePort()}`),
  );
  provoked(['brokerUnreachable'], 'a host that does not answer', async () =>
    foundAt(`mqtt://127.0.0.1:${await deafListener()}`, { brokerStepMs: 3_000 }),
  );
  provoked(['brokerSilent'], 'a listener that is no broker', async () =>
    foundAt(await listener(() => {}), { brokerStepMs: 3_000 }),
  );
  provoked(['brokerSilent'], 'a listener that does not even speak TLS', async () => {
    const { configFile, stateDir } = await vestibuleFolder();
    const url = await listener(() => {});
    await secureIdentity(stateDir, { broker: url.replace('mqtt:', 'mqtts:') });
    return examined(configFile, { brokerStepMs: 3_000 });
  });
  provoked(['brokerLost'], 'a listener that hangs up', async () =>
    foundAt(await listener((socket) => void socket.once('data', () => socket.end()))),
  );
});

describe('doctor on what the broker says', () => {
  provoked(['brokerAccepts'], 'a Mosquitto that takes everybody', async () => {
    const broker = forThisTest(await startMosquitto());
    const findings = await foundAt(broker.url);
    expect(findings.filter(({ code }) => code.startsWith('broker'))).toHaveLength(1);
    return findings;
  });
  provoked(['brokerDoesNotAuthorize'], 'a Mosquitto that knows only others', async () => {
    // Their password is nobody's: what stands here is not even a hash.
    const file = join(tempDir(), 'passwords');
    writeFileSync(file, 'somebody-else:$7$101$AAAA$AAAA\n', { mode: 0o644 });
    const config = `allow_anonymous false\npassword_file ${file}\nuser root\n`;
    return foundAt(forThisTest(await startMosquitto(config)).url);
  });

  /** CONNACK's return codes as bytes (MQTT 3.1.1 section 3.2): no broker here gives them all. */
  const connack = (code: number) =>
    listener((socket) => {
      socket.once('data', () => socket.end(Buffer.from([0x20, 0x02, 0x00, code])));
    });
  provoked(['brokerRefusesProtocol'], 'CONNACK 1', async () => foundAt(await connack(1)));
  provoked(['brokerRefusesClientId'], 'CONNACK 2', async () => foundAt(await connack(2)));
  provoked(['brokerNotAvailable'], 'CONNACK 3', async () => foundAt(await connack(3)));
  provoked(['brokerRefusesPassword'], 'CONNACK 4', async () => foundAt(await connack(4)));
  provoked(['brokerDoesNotAuthorize'], 'CONNACK 5', async () => foundAt(await connack(5)));
  provoked(['brokerRefusesOtherwise'], 'CONNACK 99', async () => foundAt(await connack(99)));
  provoked(['brokerRefusesSubscription'], 'a broker that does not let the device listen', async () => {
    const aedes = await Aedes.createBroker({
      authorizeSubscribe: (_client, _subscription, done) => done(null, null),
    });
    const url = await listener(aedes.handle);
    onTestFinished(() => aedes.close());
    const findings = await foundAt(url);
    expect(oneOf(findings, 'brokerRefusesSubscription').what).toContain('vestibule/v1/console-1/down/#');
    return findings;
  });
});

describe('doctor on a broker with TLS', () => {
  /** A listener with that certificate; whoever gets through to it is not answered. */
  async function tlsListener({ cert, key }: TestCertificate): Promise<string> {
    const server = createTlsServer({ cert, key }, (socket) => {
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    server.on('tlsClientError', () => {});
    await once(server, 'listening');
    return `mqtts://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  /** What a device of that authority finds at a server with a certificate that `issue` made. */
  async function foundWith(
    issue: (authority: TestAuthority) => Promise<TestCertificate>,
  ): Promise<readonly Finding[]> {
    const authority = await testAuthority();
    const { configFile, stateDir } = await vestibuleFolder();
    await secureIdentity(stateDir, { authority, broker: await tlsListener(await issue(authority)) });
    return examined(configFile);
  }
  provoked(['brokerCertificateExpired'], 'a certificate that ended yesterday', () =>
    foundWith((ours) => ours.issue({ from: Date.now() - 9 * dayMs, until: Date.now() - dayMs })),
  );
  provoked(['brokerCertificateNotYetValid'], 'a certificate of tomorrow', () =>
    foundWith((ours) => ours.issue({ from: Date.now() + dayMs })),
  );
  provoked(['brokerCertificateForOtherName'], 'a certificate for another address', () =>
    foundWith((ours) => ours.issue({ addresses: ['192.0.2.7'] })),
  );
  provoked(['brokerCertificateOfOtherCa'], 'a certificate of a stranger', () =>
    foundWith(async () => (await testAuthority()).issue()),
  );

  /** A Mosquitto that wants a certificate of `authority`. */
  async function secureMosquitto(authority: TestAuthority): Promise<string> {
    const folder = tempDir();
    const { cert, key } = await authority.issue();
    const files = { cafile: authority.ca, certfile: cert, keyfile: key };
    const lines = Object.entries(files).map(([option, pem]) => {
      writeFileSync(join(folder, option), pem);
      return `${option} ${join(folder, option)}\n`;
    });
    const config = `${lines.join('')}require_certificate true\nuse_identity_as_username true\nuser root\n`;
    const broker = forThisTest(await startMosquitto(config));
    return broker.url.replace('mqtt:', 'mqtts:');
  }
  provoked(['brokerAccepts'], 'a Mosquitto that knows the device by its certificate', async () => {
    const authority = await testAuthority();
    const { configFile, stateDir } = await vestibuleFolder();
    await secureIdentity(stateDir, { authority, broker: await secureMosquitto(authority) });
    return examined(configFile);
  });
  provoked(['brokerRefusesCertificate'], 'a Mosquitto that trusts another authority', async () => {
    const [theirs, other] = [await testAuthority(), await testAuthority()];
    const { configFile, stateDir } = await vestibuleFolder();
    const broker = await secureMosquitto(theirs);
    await secureIdentity(stateDir, { authority: other, trusts: theirs, broker });
    return examined(configFile);
  });
  provoked(['brokerRefusesExpired'], 'a device whose certificate has expired', async () => {
    const authority = await testAuthority();
    const { configFile, stateDir } = await vestibuleFolder();
    const broker = await secureMosquitto(authority);
    await secureIdentity(stateDir, { authority, broker, days: [-100, -10] });
    return examined(configFile);
  });
  provoked(['brokerRefusesRevoked'], 'a device that was taken out of its building', async () => {
    const site = await secureBuilding();
    const console = await site.enrol();
    await site.books.remove('lobby');
    await site.broker.reload();
    const { configFile, stateDir } = await vestibuleFolder();
    cpSync(console.identity, join(stateDir, 'identity'), { recursive: true });
    return examined(configFile);
  });
  provoked(['brokerTlsFails'], 'an mqtts: address with the port of plain MQTT', async () => {
    const broker = forThisTest(await startMosquitto()).url.replace('mqtt:', 'mqtts:');
    const { configFile, stateDir } = await vestibuleFolder();
    await secureIdentity(stateDir, { broker });
    return examined(configFile);
  });
});

describe('doctor beside a controller that it cannot ask', () => {
  provoked(['brokerReachable', 'controllerSilent'], 'a controller that hangs', async () => {
    const connected: string[] = [];
    const aedes = await Aedes.createBroker({
      preConnect: (_client, packet, done) => {
        connected.push(packet.clientId);
        done(null, true);
      },
    });
    onTestFinished(() => aedes.close());
    const { configFile, stateDir } = await vestibuleFolder();
    const broker = await listener(aedes.handle);
    fillIdentityFolder(join(stateDir, 'identity'), { device: 'console-1', broker, keys: cloudKeys() });
    const lock = lockState(stateDir);
    onTestFinished(() => lock.release());
    const findings = await examined(configFile);
    // Two connections by one name throw each other out.
    expect(connected).toEqual([]);
    expect(codesOf(findings)).not.toContain('brokerAccepts');
    return findings;
  });
});
