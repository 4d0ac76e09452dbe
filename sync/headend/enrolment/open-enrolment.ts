import type { MqttEndpoint } from '../../links/mqtt-connection.ts';
import type { HeadEndKeys } from '../keys/head-end-keys.ts';
import type { HeadEndClock, HeadEndLog } from '../service/parts.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import { openAuthority } from './authority.ts';
import { EnrolmentBooks } from './enrolment-books.ts';
import { EnrolmentDesk } from './enrolment-desk.ts';
import { serveEnrolment } from './enrolment-server.ts';
import { headEndTls } from './head-end-tls.ts';
import { RevocationList } from './revocation-list.ts';

interface EnrolmentParts {
  readonly store: HeadEndStore;
  readonly stateDir: string;
  readonly building: string;
  readonly keys: HeadEndKeys;
  readonly clock: HeadEndClock;
  readonly log: HeadEndLog;
}

export interface Enrolment {
  readonly books: EnrolmentBooks;
  readonly list: RevocationList;
  /** Serves devices at `https://host[:port]` until closed. @throws HeadEndError as `serveEnrolment`. */
  serve(url: string): Promise<{ close(): Promise<void> }>;
  /** For the head-end's own connection to a broker that trusts the building's CA. */
  tlsFor(clientId: string): Promise<NonNullable<MqttEndpoint['tls']>>;
}

/** What concerns certificates in a state folder. @throws HeadEndError `badState`. */
export async function openEnrolment(parts: EnrolmentParts): Promise<Enrolment> {
  const { store, stateDir, building, keys, clock, log } = parts;
  const now = (): number => clock.now();
  const authority = await openAuthority(stateDir, building, now());
  const list = new RevocationList({ store, stateDir, authority, now });
  return {
    list,
    books: new EnrolmentBooks({ store, root: keys.root, authority, list, now }),
    serve: (url) =>
      serveEnrolment({
        url,
        desk: new EnrolmentDesk({ store, keys, building, authority, list, now, log }),
        authority,
        now,
        monotonicMs: () => clock.monotonicMs(),
        log,
      }),
    tlsFor: (clientId) => headEndTls(authority, clientId, now()),
  };
}
