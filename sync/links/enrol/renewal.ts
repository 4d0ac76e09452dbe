/** Renews the device's certificate at two thirds of its life (PROTOCOL "Enrolment" 5). No door waits for it. */
import { type KeyObject, X509Certificate } from 'node:crypto';
import type { Clock, Timers } from '../../../controller/ports/clock.ts';
import { enrolmentPaths, Renewal } from '../../protocol/enrolment.ts';
import { certificateInForce, type Identity } from '../identity.ts';
import type { LinkLog } from '../link-log.ts';
import type { EnrolProblemCode } from './enrol-refusal.ts';
import { askHeadEnd, readAs } from './head-end-client.ts';
import { isOurs, readCertificate } from './own-certificate.ts';
import { replaceFile } from './state-folder.ts';

const lookEveryMs = 3_600_000;

interface RenewalParts {
  readonly identity: Identity;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: LinkLog;
}

export type RenewalOutcome =
  | { readonly kind: 'notDue' }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'refused'; readonly code: EnrolProblemCode };

export class CertificateRenewal {
  readonly #parts: RenewalParts;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
  }

  /** Looks now and every hour until `signal` aborts. A device that was enrolled by hand has nowhere to renew. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#parts.identity.enrolment === undefined) return;
    while (!signal.aborted) {
      await this.look(signal);
      await pause(this.#parts.timers, lookEveryMs, signal);
    }
  }

  /** One look, and the renewal if it is due. Never throws: what went wrong is logged and tried again. */
  async look(signal?: AbortSignal): Promise<RenewalOutcome> {
    const { identity, log } = this.#parts;
    try {
      const outcome = await this.#renewIfDue(identity, signal);
      if (outcome.kind === 'renewed') log.info({}, 'the certificate of this device was renewed');
      return outcome;
    } catch (error) {
      const fault = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      log.warn({ fault }, 'the certificate of this device could not be renewed');
      return { kind: 'refused', code: 'unreachable' };
    }
  }

  async #renewIfDue(
    { folder, device, deviceKey, enrolment }: Identity,
    signal: AbortSignal | undefined,
  ): Promise<RenewalOutcome> {
    const { clock, log } = this.#parts;
    const cert = certificateInForce(folder);
    if (enrolment === undefined || !isDue(new X509Certificate(cert), clock)) return { kind: 'notDue' };
    const { url, ca } = enrolment;
    const own = { cert, key: keyPem(deviceKey) };
    const answer = readAs(
      await askHeadEnd(url, {
        method: 'POST',
        path: enrolmentPaths.renew,
        ca,
        own,
        ...(signal === undefined ? {} : { signal }),
      }),
      Renewal,
      url,
    );
    if (answer.kind === 'refused') {
      log.warn(
        { code: answer.code, problem: answer.problem },
        'the certificate of this device was not renewed',
      );
      return answer;
    }
    const { certificate } = answer.value;
    const renewed = readCertificate(certificate);
    if (renewed === undefined || !isOurs(renewed, { ca: new X509Certificate(ca), key: deviceKey, device })) {
      log.warn({}, 'the head-end sent a certificate that is not of this device');
      return { kind: 'refused', code: 'badCertificate' };
    }
    if (certificate.trim() === cert.trim()) return { kind: 'notDue' };
    replaceFile(folder, 'device.crt', certificate);
    return { kind: 'renewed' };
  }
}

/** While the clock is unknown the head-end judges: before its time it answers with the certificate that there is. */
function isDue({ validFromDate, validToDate }: X509Certificate, clock: Clock): boolean {
  const { state, now } = clock.reading();
  if (state === 'unknown') return true;
  const from = validFromDate.getTime();
  return now >= from + ((validToDate.getTime() - from) * 2) / 3;
}

const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const pause = (timers: Timers, ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = timers.after(ms, done);
    function done(): void {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    }
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
