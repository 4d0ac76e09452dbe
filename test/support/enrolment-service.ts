import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openHeadEnd } from '../../sync/headend/open-head-end.ts';
import { type EnrolOptions, type EnrolOutcome, enrol } from '../../sync/links/enrol/enrol.ts';
import type { PairingCode } from '../../sync/protocol/pairing-code.ts';
import { freePort } from './free-port.ts';
import { smallBuilding } from './published-rows.ts';
import { tempDir } from './store.ts';

export const broker = 'mqtts://broker.test:8883';

/** A head-end that serves enrolment over real HTTPS, at a time that the test sets. */
export async function enrolmentService(building = 'maple-court') {
  const time = { now: Date.now(), monotonicMs: 0 };
  const logged: string[] = [];
  const headEnd = openHeadEnd({
    stateDir: join(tempDir(), 'state'),
    clock: { now: () => time.now, monotonicMs: () => time.monotonicMs },
    log: (_level, what, details) => logged.push(`${what} ${JSON.stringify(details)}`),
  });
  onTestFinished(() => headEnd.close());
  headEnd.desk.publish(
    smallBuilding().map((row) =>
      row.table === 'building' ? { ...row, id: building, row: { ...row.row, id: building } } : row,
    ),
  );
  const url = `https://127.0.0.1:${await freePort()}`;
  const enrolment = await headEnd.enrolment();
  let service: { close(): Promise<void> } | undefined = await enrolment.serve(url);
  const stop = async (): Promise<void> => {
    await service?.close();
    service = undefined;
  };
  onTestFinished(stop);
  return {
    time,
    logged,
    url,
    headEnd,
    books: enrolment.books,
    /** The service anew, with a certificate of its own made now, for this address or another. */
    async restart(at = url): Promise<void> {
      await stop();
      service = await (await headEnd.enrolment()).serve(at);
    },
    stop,
    pair: () => enrolment.books.makePairing(broker),
  };
}

export type Service = Awaited<ReturnType<typeof enrolmentService>>;

/** One console with a state folder of its own, on its way into a building. */
export class NewConsole {
  readonly stateDir = tempDir();
  readonly #ending = new AbortController();
  readonly #waiting = Promise.withResolvers<{ readonly pairing: string; readonly fingerprint: string }>();

  /** Resolves once the head-end knows it and it shows its six digits. */
  get waiting(): Promise<{ readonly pairing: string; readonly fingerprint: string }> {
    return this.#waiting.promise;
  }

  get identity(): string {
    return join(this.stateDir, 'identity');
  }

  file(name: string): string {
    return readFileSync(join(this.identity, name), 'utf8');
  }

  enrol(url: string, code: PairingCode, options: Partial<EnrolOptions> = {}): Promise<EnrolOutcome> {
    return enrol({
      stateDir: this.stateDir,
      code,
      url,
      replace: false,
      now: () => Date.now(),
      onWaiting: this.#waiting.resolve,
      signal: this.#ending.signal,
      ...options,
    });
  }

  interrupt(): void {
    this.#ending.abort();
  }
}

/** A console that has been paired, confirmed and enrolled. */
export async function enrolledConsole(
  service: Pick<Service, 'url' | 'books' | 'pair'>,
  device = 'lobby',
  { replace = false } = {},
): Promise<NewConsole> {
  const console = new NewConsole();
  const { id, code } = service.pair();
  const outcome = console.enrol(service.url, code);
  await console.waiting;
  await service.books.confirm(id, device, { replace });
  const enrolled = await outcome;
  if (enrolled.kind === 'refused') throw new Error(enrolled.problem);
  return console;
}
