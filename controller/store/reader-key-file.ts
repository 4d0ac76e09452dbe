/**
 * The keys of OSDP readers, in `readers/` of the state folder (0700, files 0600). `keys.json` holds an entry for each
 * reader, sealed by AES-256-GCM under `seal.key` and bound to the reader's name: of the file alone, in a backup or a support
 * archive, nothing can be read, and no entry can be changed or given to another reader. Whoever has both files has the keys.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type ReaderKeys, ReaderKeysFault, type ReaderSecret } from '../ports/reader.ts';

const readerKeyFolder = (stateDir: string): string => join(stateDir, 'readers');

const ivBytes = 12;
const tagBytes = 16;
const sealBytes = 32;

const Sealed = z.strictObject({ version: z.literal(1), readers: z.record(z.string(), z.string()) });

const key = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .transform((hex) => Uint8Array.fromHex(hex));
const Secret = z.strictObject({
  scbk: key.optional(),
  next: z.strictObject({ key, how: z.enum(['commissioned', 'rotated']) }).optional(),
  pinned: z
    .strictObject({ cuid: z.string(), vendor: z.string(), model: z.int(), serial: z.int() })
    .optional(),
});

/**
 * Reads what is there; nothing there is a console whose readers have never been commissioned.
 * @throws ReaderKeysFault
 */
export function openReaderKeys(stateDir: string): ReaderKeys {
  const folder = readerKeyFolder(stateDir);
  const seal = readSeal(folder);
  const secrets = readSecrets(folder, seal);
  return {
    get: (reader) => secrets.get(reader),
    keysOfOthers: (reader) =>
      [...secrets]
        .filter(([name]) => name !== reader)
        .flatMap(([, { scbk, next }]) => [...(scbk ? [scbk] : []), ...(next ? [next.key] : [])]),
    keep(reader, secret) {
      const all = new Map(secrets).set(reader, secret);
      faultTyped('written', () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const under = readSeal(folder) ?? madeSeal(folder);
        const readers = Object.fromEntries([...all].map(([name, one]) => [name, sealed(under, name, one)]));
        replaceFile(folder, 'keys.json', `${JSON.stringify({ version: 1, readers }, null, 2)}\n`);
      });
      secrets.set(reader, secret);
    },
  };
}

function readSeal(folder: string): Uint8Array | undefined {
  const text = readIfThere(join(folder, 'seal.key'));
  if (text === undefined) return undefined;
  if (!/^[0-9a-f]{64}$/.test(text.trim()))
    throw new ReaderKeysFault(`${join(folder, 'seal.key')} is not a key of ${sealBytes} bytes`);
  return Uint8Array.fromHex(text.trim());
}

function madeSeal(folder: string): Uint8Array {
  const seal = randomBytes(sealBytes);
  replaceFile(folder, 'seal.key', `${seal.toString('hex')}\n`);
  syncFolder(join(folder, '..'));
  return seal;
}

function readSecrets(folder: string, seal: Uint8Array | undefined): Map<string, ReaderSecret> {
  const file = join(folder, 'keys.json');
  const text = readIfThere(file);
  if (text === undefined) return new Map();
  if (seal === undefined) throw new ReaderKeysFault(`${file} has lost the seal.key beside it`);
  try {
    const { readers } = Sealed.parse(JSON.parse(text));
    return new Map(
      Object.entries(readers).map(([name, entry]) => [name, opened(seal, name, entry)] as const),
    );
  } catch (cause) {
    throw new ReaderKeysFault(`${file} cannot be opened with the seal.key beside it`, { cause });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    throw new ReaderKeysFault(`${file} cannot be read (${code})`, { cause });
  }
}

function sealed(seal: Uint8Array, reader: string, { scbk, next, pinned }: ReaderSecret): string {
  const plain = JSON.stringify({
    ...(scbk === undefined ? {} : { scbk: scbk.toHex() }),
    ...(next === undefined ? {} : { next: { key: next.key.toHex(), how: next.how } }),
    ...(pinned === undefined ? {} : { pinned }),
  });
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', seal, iv).setAAD(Buffer.from(reader));
  return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

function opened(seal: Uint8Array, reader: string, entry: string): ReaderSecret {
  const bytes = Buffer.from(entry, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', seal, bytes.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  }).setAAD(Buffer.from(reader));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const plain = Buffer.concat([decipher.update(bytes.subarray(ivBytes, -tagBytes)), decipher.final()]);
  const { scbk, next, pinned } = Secret.parse(JSON.parse(plain.toString('utf8')));
  return { ...(scbk && { scbk }), ...(next && { next }), ...(pinned && { pinned }) };
}

/** Whole or not at all: tmp, fsync, rename, fsync of the folder. */
function replaceFile(folder: string, name: string, content: string): void {
  const path = join(folder, name);
  const file = openSync(`${path}.tmp`, 'w', 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.tmp`, path);
  syncFolder(folder);
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function faultTyped<T>(done: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof ReaderKeysFault) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new ReaderKeysFault(`the readers' keys cannot be ${done} (${code})`, { cause });
  }
}
