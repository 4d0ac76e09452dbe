/** Enrolment over real HTTPS, console and head-end against each other: what works, and every refusal by its name. */
import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openAuthority } from '../../sync/headend/enrolment/authority.ts';
import type { EnrolOptions } from '../../sync/links/enrol/enrol.ts';
import { askHeadEnd } from '../../sync/links/enrol/head-end-client.ts';
import { loadIdentity } from '../../sync/links/identity.ts';
import { fingerprintOf, proofAudience, signProof } from '../../sync/protocol/enrolment.ts';
import {
  broker,
  enrolledConsole,
  enrolmentService,
  NewConsole,
  type Service,
} from '../support/enrolment-service.ts';
import { tempDir } from '../support/store.ts';

const minute = 60_000;

/** What a refused console says and leaves behind. */
async function refusal(console: NewConsole, outcome: ReturnType<NewConsole['enrol']>) {
  const { kind, ...rest } = await outcome;
  if (kind !== 'refused' || !('code' in rest)) throw new Error('it was enrolled');
  expect(rest.problem).toMatch(/^[^\n]+[;,:][^\n]+\.$/);
  expect(existsSync(console.identity)).toBe(false);
  return rest.code;
}

describe('a console that enrols', () => {
  it('shows the head-end’s six digits, and gets an identity that it can start from once it is confirmed', async () => {
    const service = await enrolmentService();
    const console = new NewConsole();
    const { id, code } = service.pair();
    const outcome = console.enrol(service.url, code);
    const { pairing, fingerprint } = await console.waiting;
    expect(pairing).toBe(id);
    expect(service.books.waiting()).toEqual([{ pairing: id, fingerprint }]);
    expect(service.headEnd.store.devices.all()).toEqual([]);
    expect(existsSync(console.identity)).toBe(false);

    await service.books.confirm(id, 'lobby');
    expect(await outcome).toEqual({ kind: 'enrolled', device: 'lobby', building: 'maple-court' });
    const loaded = loadIdentity(console.identity);
    if (loaded.kind === 'refused') throw new Error(loaded.problem);
    const { identity } = loaded;
    expect(identity).toMatchObject({
      device: 'lobby',
      building: 'maple-court',
      brokerUrl: broker,
      enrolment: { url: service.url },
    });
    expect(fingerprintOf(createPublicKey(identity.deviceKey))).toBe(fingerprint);
    expect(Buffer.from(identity.siteKey).toString('hex')).toBe(
      readFileSync(join(service.headEnd.stateDir, 'site.key'), 'utf8').trim(),
    );
    expect(service.headEnd.store.devices.get('lobby')?.publicKey).toBe(
      createPublicKey(identity.deviceKey).export({ type: 'spki', format: 'pem' }),
    );
  });

  it('writes files that nobody else can read, and leaves nothing beside them', async () => {
    const console = await enrolledConsole(await enrolmentService());
    expect(readdirSync(console.stateDir)).toEqual(['identity']);
    expect(statSync(console.identity).mode & 0o777).toBe(0o700);
    expect(readdirSync(console.identity).sort()).toEqual([
      'ca.crt',
      'device.crt',
      'device.json',
      'device.key',
      'keyset.jws',
      'root.jwk',
      'site.key',
    ]);
    for (const name of readdirSync(console.identity)) {
      expect(statSync(join(console.identity, name)).mode & 0o777).toBe(0o600);
    }
  });

  it('gets a certificate of 90 days for its own key, under the name that the head-end chose', async () => {
    const service = await enrolmentService();
    const console = await enrolledConsole(service, 'side-entrance');
    const certificate = new X509Certificate(console.file('device.crt'));
    expect(certificate.subject).toBe('CN=side-entrance');
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    const days = (certificate.validToDate.getTime() - service.time.now) / 86_400_000;
    expect(Math.round(days)).toBe(90);
  });

  it('sets out without a clock: in 1970 it enrols all the same, and dates itself by its certificate', async () => {
    const service = await enrolmentService();
    const console = new NewConsole();
    const { id, code } = service.pair();
    const outcome = console.enrol(service.url, code, { now: () => 5_000 });
    await console.waiting;
    await service.books.confirm(id, 'lobby');
    expect((await outcome).kind).toBe('enrolled');
    const { enrolledAt } = JSON.parse(console.file('device.json')) as { enrolledAt: string };
    expect(Math.abs(Date.parse(enrolledAt) - service.time.now)).toBeLessThan(2 * 3_600_000);
  });

  it('keeps its identity when it is enrolled already, and takes a new one with --replace', async () => {
    const service = await enrolmentService();
    const console = await enrolledConsole(service);
    const before = console.file('device.crt');
    const { id, code } = service.pair();
    expect(await console.enrol(service.url, code)).toMatchObject({
      kind: 'refused',
      code: 'alreadyEnrolled',
    });
    expect(console.file('device.crt')).toBe(before);

    const again = console.enrol(service.url, code, { replace: true });
    while (service.books.waiting().length === 0) await new Promise(setImmediate);
    await expect(service.books.confirm(id, 'lobby')).rejects.toMatchObject({ code: 'deviceExists' });
    await service.books.confirm(id, 'lobby', { replace: true });
    expect((await again).kind).toBe('enrolled');
    expect(console.file('device.crt')).not.toBe(before);
    expect(readdirSync(console.stateDir)).toEqual(['identity']);
  });
});

describe('what the head-end keeps', () => {
  it('is the hash of a token and never the token', async () => {
    const service = await enrolmentService();
    const { code } = service.pair();
    const console = new NewConsole();
    const outcome = console.enrol(service.url, code);
    await console.waiting;
    const db = new Database(service.headEnd.store.file, { readonly: true });
    const rows = JSON.stringify(db.prepare('SELECT * FROM pairing').all());
    db.close();
    const token = Buffer.from(code.token);
    for (const form of [token.toString('hex'), token.toString('base64url'), token.toString('base64')]) {
      expect(rows).not.toContain(form);
      expect(service.logged.join('\n')).not.toContain(form);
    }
    console.interrupt();
    await outcome;
  });

  it('is not told to whoever reads along: the site key is sealed for the console alone', async () => {
    const service = await enrolmentService();
    const console = await enrolledConsole(service);
    const siteKey = Buffer.from(console.file('site.key').trim(), 'hex');
    const answer = await grantAgain(service, console);
    expect(answer).toContain('"siteKey":"ey');
    expect(answer).not.toContain('PRIVATE');
    for (const form of ['hex', 'base64', 'base64url'] as const)
      expect(answer).not.toContain(siteKey.toString(form));
  });
});

describe('a token', () => {
  it('serves one of two consoles that race with it', async () => {
    const service = await enrolmentService();
    const { id, code } = service.pair();
    const racers = [new NewConsole(), new NewConsole()] as const;
    const outcomes = racers.map((racer) => racer.enrol(service.url, code));
    const winner = await Promise.race(racers.map((racer) => racer.waiting));
    expect(service.books.waiting()).toEqual([{ pairing: id, fingerprint: winner.fingerprint }]);
    await service.books.confirm(id, 'lobby');
    const ended = await Promise.all(outcomes);
    expect(ended.map(({ kind }) => kind).sort()).toEqual(['enrolled', 'refused']);
    expect(ended.find(({ kind }) => kind === 'refused')).toMatchObject({ code: 'usedToken' });
  });

  it('that was used is refused to another console: usedToken', async () => {
    const service = await enrolmentService();
    const { id, code } = service.pair();
    const first = new NewConsole();
    const outcome = first.enrol(service.url, code);
    await first.waiting;
    await service.books.confirm(id, 'lobby');
    await outcome;
    const second = new NewConsole();
    expect(await refusal(second, second.enrol(service.url, code))).toBe('usedToken');
    expect(readdirSync(second.stateDir)).toEqual([]);
  });

  it('is good for 15 minutes and no longer: expiredToken', async () => {
    const service = await enrolmentService();
    const { code } = service.pair();
    service.time.now += 15 * minute;
    const late = new NewConsole();
    expect(await refusal(late, late.enrol(service.url, code))).toBe('expiredToken');
    expect(readdirSync(late.stateDir)).toEqual([]);
  });

  it('of nobody’s making is refused: unknownToken', async () => {
    const service = await enrolmentService();
    const { code } = service.pair();
    const console = new NewConsole();
    const guessed = { ...code, token: Buffer.alloc(16, 7) };
    expect(await refusal(console, console.enrol(service.url, guessed))).toBe('unknownToken');
  });
});

describe('a console is refused', () => {
  it('by the installer: refusedByInstaller', async () => {
    const service = await enrolmentService();
    const { id, code } = service.pair();
    const console = new NewConsole();
    const outcome = console.enrol(service.url, code);
    await console.waiting;
    service.books.refuse(id);
    expect(await refusal(console, outcome)).toBe('refusedByInstaller');
    expect(readdirSync(console.stateDir)).toEqual([]);
    await expect(service.books.confirm(id, 'lobby')).rejects.toMatchObject({ code: 'unknownPairing' });
  });

  it('when nobody confirms it in half an hour: expiredPairing', async () => {
    const service = await enrolmentService();
    const { id, code } = service.pair();
    const console = new NewConsole();
    const outcome = console.enrol(service.url, code);
    await console.waiting;
    service.time.now += 30 * minute;
    expect(await refusal(console, outcome)).toBe('expiredPairing');
    await expect(service.books.confirm(id, 'lobby')).rejects.toMatchObject({ code: 'unknownPairing' });
  });

  it('when its request names a key that it did not sign with: badRequest, and the code stays good', async () => {
    const service = await enrolmentService();
    const { id, code } = service.pair();
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
    const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const [own, another] = await Promise.all([newKeys(), newKeys()]);
    const answerTo = async (publicKey: webcrypto.CryptoKey) => {
      const keys = { privateKey: own.privateKey, publicKey };
      const csr = await Pkcs10CertificateRequestGenerator.create({ signingAlgorithm: algorithm, keys });
      return askHeadEnd(service.url, {
        method: 'POST',
        path: '/enrol',
        ca: (await openAuthority(service.headEnd.stateDir, 'maple-court', service.time.now)).pem,
        body: { token: Buffer.from(code.token).toString('base64url'), csr: csr.toString('pem') },
      });
    };
    expect(await answerTo(another.publicKey)).toMatchObject({ kind: 'refused', code: 'badRequest' });
    expect(service.headEnd.store.enrolment.pairing(id)?.state).toBe('open');
    expect(await answerTo(own.publicKey)).toMatchObject({ kind: 'answer' });
  });

  it('by itself, when another CA answers: wrongAuthority, and its token is not said', async () => {
    const service = await enrolmentService();
    const other = await enrolmentService();
    const { id, code } = other.pair();
    const console = new NewConsole();
    expect(await refusal(console, console.enrol(service.url, code))).toBe('wrongAuthority');
    expect(service.logged.join('\n')).not.toContain('refused');
    expect(other.headEnd.store.enrolment.pairing(id)?.state).toBe('open');
  });

  it('by itself, when the head-end sends another root key than the code names: wrongRoot', async () => {
    const service = await enrolmentService();
    const { id, code } = service.pair();
    const console = new NewConsole();
    const outcome = console.enrol(service.url, { ...code, root: Buffer.alloc(32, 1) });
    await console.waiting;
    await service.books.confirm(id, 'lobby');
    expect(await refusal(console, outcome)).toBe('wrongRoot');
    expect(readdirSync(console.stateDir)).toEqual([]);
  });

  it('by itself, when the certificate at this address is another host’s: wrongHost', async () => {
    const service = await enrolmentService();
    const console = new NewConsole();
    const elsewhere = service.url.replace('127.0.0.1', 'localhost');
    expect(await refusal(console, console.enrol(elsewhere, service.pair().code))).toBe('wrongHost');
    expect(readdirSync(console.stateDir)).toEqual([]);
  });

  it('when the clocks of the two do not go together: wrongClock, and the same code works once they do', async () => {
    const service = await enrolmentService();
    // By its own clock the head-end made its certificate ten years ago, for five.
    const right = service.time.now;
    service.time.now -= 10 * 365 * 86_400_000;
    await service.restart();
    service.time.now = right;
    const { id, code } = service.pair();
    const console = new NewConsole();
    expect(await refusal(console, console.enrol(service.url, code))).toBe('wrongClock');
    await service.restart();

    const ahead = console.enrol(service.url, code, { now: () => right + 365 * 86_400_000 });
    await console.waiting;
    await service.books.confirm(id, 'lobby');
    expect(await refusal(console, ahead)).toBe('wrongClock');
    expect((await console.enrol(service.url, code)).kind).toBe('enrolled');
  });

  it('after too many refusals from its address: rateLimited, and heard again after a minute', async () => {
    const service = await enrolmentService();
    const { code } = service.pair();
    const guess = { ...code, token: Buffer.alloc(16, 7) };
    for (let i = 0; i < 10; i += 1) {
      const console = new NewConsole();
      expect(await refusal(console, console.enrol(service.url, guess))).toBe('unknownToken');
    }
    const console = new NewConsole();
    expect(await refusal(console, console.enrol(service.url, code))).toBe('rateLimited');
    service.time.monotonicMs += minute;
    const outcome = console.enrol(service.url, code);
    await console.waiting;
    console.interrupt();
    expect(await refusal(console, outcome)).toBe('interrupted');
  });

  it('when nobody answers: unreachable', async () => {
    const service = await enrolmentService();
    const { code } = service.pair();
    await service.stop();
    const console = new NewConsole();
    expect(await refusal(console, console.enrol(service.url, code))).toBe('unreachable');
  });

  it('when it holds another building’s data, which only that one may wipe: otherBuilding', async () => {
    const console = await enrolledConsole(await enrolmentService());
    const before = console.file('device.crt');
    const elsewhere = await enrolmentService('elm-court');
    const { id, code } = elsewhere.pair();
    const outcome = console.enrol(elsewhere.url, code, { replace: true });
    while (elsewhere.books.waiting().length === 0) await new Promise(setImmediate);
    await elsewhere.books.confirm(id, 'lobby');
    expect(await outcome).toMatchObject({ kind: 'refused', code: 'otherBuilding' });
    expect(console.file('device.crt')).toBe(before);
    expect(readdirSync(console.stateDir)).toEqual(['identity']);
  });
});

describe('a console that was cut off after its token was taken', () => {
  /** The head-end waits for its installer, and the console has its key and nothing else. */
  async function cutOff() {
    const service = await enrolmentService();
    const console = new NewConsole();
    const { id, code } = service.pair();
    const outcome = console.enrol(service.url, code);
    const { fingerprint } = await console.waiting;
    console.interrupt();
    expect(await outcome).toMatchObject({ code: 'interrupted' });
    return { service, console, id, code, fingerprint };
  }
  type CutOff = Awaited<ReturnType<typeof cutOff>>;

  /** With a signal that nobody has used up. */
  const again = (
    { console, service, code }: CutOff,
    options: Partial<EnrolOptions> & { url?: string } = {},
  ) =>
    console.enrol(options.url ?? service.url, options.code ?? code, {
      signal: new AbortController().signal,
      ...options,
    });

  it.each([
    [
      'under another name of the head-end',
      'wrongHost',
      ({ service }: CutOff) => ({ url: service.url.replace('127.0.0.1', 'localhost') }),
    ],
    [
      'at another head-end',
      'wrongAuthority',
      async () => ({ url: (await enrolmentService('elm-court')).url }),
    ],
    [
      'with a code that nobody has made',
      'unknownToken',
      ({ code }: CutOff) => ({ code: { ...code, token: Buffer.alloc(16, 7) } }),
    ],
    ['with the code of another console', 'usedToken', usedCode],
    [
      'with an older code',
      'expiredToken',
      ({ service }: CutOff) => {
        service.time.now -= 15 * minute;
        const { code } = service.pair();
        service.time.now += 15 * minute;
        return { code };
      },
    ],
  ] as const)(
    'keeps its key when it is refused %s: %s, and the right one goes on',
    async (_, refused, wrong) => {
      const cut = await cutOff();
      const { console, service } = cut;
      expect(await refusal(console, again(cut, await wrong(cut)))).toBe(refused);
      expect(readdirSync(join(console.stateDir, 'identity.new'))).toEqual(['device.key']);
      // Also when the installer has confirmed meanwhile.
      await service.books.confirm(cut.id, 'lobby');
      expect(await refusal(console, again(cut, await wrong(cut)))).toBe(refused);

      const shown = Promise.withResolvers<{ readonly fingerprint: string }>();
      const outcome = again(cut, { onWaiting: shown.resolve });
      expect((await shown.promise).fingerprint).toBe(cut.fingerprint);
      expect(await outcome).toMatchObject({ kind: 'enrolled', device: 'lobby' });
      expect(readdirSync(console.stateDir)).toEqual(['identity']);
    },
  );

  async function usedCode({ service }: CutOff) {
    const { code } = service.pair();
    const other = new NewConsole();
    const outcome = other.enrol(service.url, code);
    await other.waiting;
    other.interrupt();
    await outcome;
    return { code };
  }

  it('keeps its key when it is granted what does not go with a code that was mistaken: wrongRoot', async () => {
    const cut = await cutOff();
    await cut.service.books.confirm(cut.id, 'lobby');
    const outcome = again(cut, { code: { ...cut.code, root: Buffer.alloc(32, 1) } });
    expect(await refusal(cut.console, outcome)).toBe('wrongRoot');
    expect(readdirSync(join(cut.console.stateDir, 'identity.new'))).toEqual(['device.key']);
    expect((await again(cut)).kind).toBe('enrolled');
  });

  it('keeps the key of its first try, too, when the head-end comes back under another name', async () => {
    const service = await enrolmentService();
    const console = new NewConsole();
    const { id, code } = service.pair();
    const outcome = console.enrol(service.url, code);
    await console.waiting;
    await service.restart(service.url.replace('127.0.0.1', 'head-end.test'));
    expect(await refusal(console, outcome)).toBe('wrongHost');
    await service.restart();
    await service.books.confirm(id, 'lobby');
    expect((await console.enrol(service.url, code)).kind).toBe('enrolled');
  });
});

describe('a poll', () => {
  it('without the key’s proof, with a stranger’s, or for another CA is refused: badProof', async () => {
    const service = await enrolmentService();
    const console = await enrolledConsole(service);
    const [pairing = ''] = pairings(service);
    const identity = loadIdentity(console.identity);
    if (identity.kind === 'refused') throw new Error(identity.problem);
    const { deviceKey } = identity.identity;
    const ca = new X509Certificate(console.file('ca.crt'));
    const stranger = await openAuthority(tempDir(), 'x', Date.now());
    const nonce = 'AAAAAAAAAAAAAAAAAAAAAA';
    const forAnotherCa = signProof(
      { aud: proofAudience(stranger.certificate.raw), pairing, nonce },
      deviceKey,
    );
    const foreign = signProof(
      { aud: proofAudience(ca.raw), pairing, nonce },
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    );
    for (const proof of [undefined, 'nonsense', forAnotherCa, foreign]) {
      expect((await poll(service, console, pairing, proof)).code).toBe('badProof');
    }
    const known = signProof({ aud: proofAudience(ca.raw), pairing, nonce }, deviceKey);
    expect((await poll(service, console, pairing, known)).code).toBe('staleProof');
  });

  it('cannot be repeated: each proof’s nonce is good once', async () => {
    const service = await enrolmentService();
    const console = await enrolledConsole(service);
    const { proof } = await freshProof(service, console);
    const [pairing = ''] = pairings(service);
    expect((await poll(service, console, pairing, proof)).status).toBe(200);
    expect((await poll(service, console, pairing, proof)).code).toBe('staleProof');
  });
});

const pairings = ({ headEnd }: Service): readonly string[] => {
  const db = new Database(headEnd.store.file, { readonly: true });
  const ids = db.prepare<[], string>('SELECT id FROM pairing').pluck().all();
  db.close();
  return ids;
};

interface Polled {
  readonly status: number;
  readonly code: string;
  readonly nonce: string;
  readonly body: string;
}

async function poll(service: Service, console: NewConsole, pairing: string, proof?: string): Promise<Polled> {
  const answered = Promise.withResolvers<Polled>();
  request(
    `${service.url}/enrol/${pairing}`,
    {
      ca: console.file('ca.crt'),
      agent: false,
      headers: proof === undefined ? {} : { authorization: `Proof ${proof}` },
    },
    (response) => {
      text(response).then((body) => {
        const { code = '', nonce = '' } = JSON.parse(body) as Partial<Polled>;
        answered.resolve({ status: response.statusCode ?? 0, code, nonce, body });
      }, answered.reject);
    },
  )
    .on('error', answered.reject)
    .end();
  return answered.promise;
}

async function freshProof(
  service: Service,
  console: NewConsole,
): Promise<{ proof: string; pairing: string }> {
  const [pairing = ''] = pairings(service);
  const loaded = loadIdentity(console.identity);
  if (loaded.kind === 'refused') throw new Error(loaded.problem);
  const aud = proofAudience(new X509Certificate(console.file('ca.crt')).raw);
  const sign = (nonce: string): string => signProof({ aud, pairing, nonce }, loaded.identity.deviceKey);
  const { nonce } = await poll(service, console, pairing, sign('AAAAAAAAAAAAAAAAAAAAAA'));
  return { proof: sign(nonce), pairing };
}

/** The body of the 200 that a console gets, asked for once more. */
async function grantAgain(service: Service, console: NewConsole): Promise<string> {
  const { proof, pairing } = await freshProof(service, console);
  return (await poll(service, console, pairing, proof)).body;
}
