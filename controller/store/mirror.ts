import type { Database } from 'better-sqlite3';
import type { Denials } from './denials.ts';

/** The copy of the denials in `replica.db`, and the log that they belong to (DESIGN section 8). */
export interface Mirror {
  read(): (Denials & { readonly log: string }) | undefined;
  /** Writes only where something differs; on disk when it returns. */
  write(log: string, denials: Denials): void;
}

interface MirrorLine {
  readonly log: string;
  readonly revocations: string;
  readonly lockdowns: string;
  readonly shutDoors: string;
}

export function prepareMirror(db: Database): Mirror {
  const line = db.prepare<[], MirrorLine>(
    'SELECT log, revocations, lockdowns, shut_doors AS shutDoors FROM mirror',
  );
  const set = db.prepare<MirrorLine>(
    `INSERT OR REPLACE INTO mirror (one, log, revocations, lockdowns, shut_doors)
     VALUES (1, @log, @revocations, @lockdowns, @shutDoors)`,
  );
  return {
    read() {
      const found = line.get();
      return (
        found && {
          log: found.log,
          revocations: JSON.parse(found.revocations) as Denials['revocations'],
          lockdowns: JSON.parse(found.lockdowns) as Denials['lockdowns'],
          shutDoors: JSON.parse(found.shutDoors) as Denials['shutDoors'],
        }
      );
    },
    write(log, { revocations, lockdowns, shutDoors }) {
      const next = {
        log,
        revocations: JSON.stringify(revocations),
        lockdowns: JSON.stringify(lockdowns),
        shutDoors: JSON.stringify(shutDoors),
      };
      const found = line.get();
      const same =
        found?.log === next.log &&
        found.revocations === next.revocations &&
        found.lockdowns === next.lockdowns &&
        found.shutDoors === next.shutDoors;
      if (!same) set.run(next);
    },
  };
}
