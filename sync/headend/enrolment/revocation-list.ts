/**
 * The certificates that the building's CA has taken back, as a list in the state folder and a copy of it beside the
 * broker's certificate. What a list holds it keeps: the database may be older, restored from a backup.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../keys/secret-file.ts';
import type { HeadEndStore } from '../store/open-store.ts';
import type { Authority, RevokedCertificate } from './authority.ts';
import { authorityFiles } from './authority-files.ts';

interface ListParts {
  readonly store: HeadEndStore;
  readonly stateDir: string;
  readonly authority: Authority;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Written {
  /** The list in the state folder. */
  readonly list: string;
  /** Where the broker's certificate was put; undefined: none was made here. */
  readonly folder: string | undefined;
}

export type ListWritten =
  /** `changed`: the broker has to be told to reload. */
  | (Written & { readonly kind: 'written'; readonly changed: boolean })
  /** The list in the state folder is complete, the copy is not. */
  | (Written & { readonly kind: 'notCopied'; readonly folder: string; readonly code: string })
  | (Written & { readonly kind: 'notWritten'; readonly code: string });

interface ListFile {
  readonly text: string | undefined;
  /** Undefined where there is no list that this CA has signed. */
  readonly entries: readonly RevokedCertificate[] | undefined;
}

const copyMode = 0o644;

export class RevocationList {
  readonly #parts: ListParts;

  constructor(parts: ListParts) {
    this.#parts = parts;
  }

  /** Adds what the database has revoked, in both places; a file that is complete stays as it is. */
  async write(): Promise<ListWritten> {
    const { enrolment } = this.#parts.store;
    for (;;) {
      const rows = enrolment.revoked();
      const written = await this.#write(rows);
      // Another process may have revoked meanwhile, and have written its list before this one.
      if (enrolment.revoked().length === rows.length) return written;
    }
  }

  /** Whether the database or the list in the state folder has it. */
  async has(serial: string): Promise<boolean> {
    const { store, stateDir } = this.#parts;
    const revokedAt = store.enrolment.certificate(serial)?.revokedAt ?? null;
    if (revokedAt !== null) return true;
    const file = await attempt(() => this.#read(authorityFiles(stateDir).crl));
    // A list that cannot be read was told at the start; no console goes without its renewal for that.
    return 'entries' in file && file.entries?.some((entry) => entry.serial === serial) === true;
  }

  async #write(rows: readonly RevokedCertificate[]): Promise<ListWritten> {
    const { store, stateDir, authority, now } = this.#parts;
    const list = authorityFiles(stateDir).crl;
    const folder = store.enrolment.brokerFolder();
    const where = { list, folder };
    const copy = folder === undefined ? noFile : await attempt(() => this.#read(join(folder, 'ca.crl')));
    const copied = 'failed' in copy ? noFile : copy;
    const own = await attempt(async () => {
      const file = await this.#read(list);
      const merged = mergedEntries([copied.entries ?? [], file.entries ?? [], rows]);
      if (file.text !== undefined && file.entries?.length === merged.length)
        return { text: file.text, isNew: false };
      const text = await authority.revocationList(merged, now());
      // An operator may be root; the head-end that serves is not, and has to read it.
      const { uid, gid } = statSync(stateDir);
      writeWhole(list, text, { mode: 0o600, uid, gid });
      return { text, isNew: true };
    });
    if ('failed' in own) return { ...where, kind: 'notWritten', code: own.failed };
    if (folder === undefined) return { ...where, kind: 'written', changed: own.isNew };
    if ('failed' in copy) return { ...where, folder, kind: 'notCopied', code: copy.failed };
    const changed = copy.text !== own.text;
    const laid = await attempt(async () => {
      if (changed) writeWhole(join(folder, 'ca.crl'), own.text, { mode: copyMode });
      return {};
    });
    if ('failed' in laid) return { ...where, folder, kind: 'notCopied', code: laid.failed };
    return { ...where, kind: 'written', changed };
  }

  async #read(file: string): Promise<ListFile> {
    const text = textOf(file);
    return text === undefined ? noFile : { text, entries: await this.#parts.authority.entriesOf(text) };
  }
}

const noFile: ListFile = { text: undefined, entries: undefined };

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Each certificate once, the oldest first. */
function mergedEntries(lists: readonly (readonly RevokedCertificate[])[]): readonly RevokedCertificate[] {
  const bySerial = new Map(lists.flat().map((entry) => [entry.serial, entry]));
  return [...bySerial.values()].sort((a, b) => a.revokedAt - b.revokedAt || (a.serial < b.serial ? -1 : 1));
}

/** The code with which the file system has refused, as a value; a defect is thrown on. */
async function attempt<T extends object>(use: () => Promise<T>): Promise<T | { readonly failed: string }> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof Error && 'syscall' in error && 'code' in error)
      return { failed: String(error.code) };
    throw error;
  }
}
