import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JwsSigner, signJws } from '../../protocol/jws.ts';
import { rootOnly } from '../../protocol/keys.ts';
import { type KeyRole, type Keyset, keyRoles } from '../../protocol/messages.ts';
import { openDown } from '../../protocol/open-message.ts';
import { HeadEndError } from '../head-end-error.ts';
import { type KeyFile, makeKeyFile, type PublicJwk, readKeyFile, siteKeyOf } from './key-files.ts';
import { writeSecretFile } from './secret-file.ts';

const lifeS = 2 * 365 * 86_400;
/** A device's clock may be a little behind ours. */
const beginsEarlierS = 3_600;
/** As many as devices take in one keyset. */
const keysetSize = 32;

export interface HeadEndKeys {
  readonly root: PublicJwk;
  readonly siteKey: Uint8Array;
  readonly signers: Readonly<Record<KeyRole, JwsSigner>>;
  /** JWS by the root, as devices get it. */
  readonly keyset: string;
  readonly n: number;
}

/**
 * Reads the keys of a state folder and makes what is missing. Role keys with less than half of their two years left
 * are replaced, and a keyset with a higher n names old and new ones until the old have ended, so that a device that was
 * away can still check what it missed.
 */
export function headEndKeys(stateDir: string, building: string, nowS: number): HeadEndKeys {
  return readKeys(stateDir, building, nowS, (role) => roleKey(stateDir, role, nowS));
}

/**
 * Replaces every role key now. Devices believe the old ones until they end, so that nothing that is under way is lost;
 * with `dropOld` they believe them no longer than until they have the new keyset, for a key that has leaked.
 * @throws HeadEndError `badState`.
 */
export function rotatedKeys(
  stateDir: string,
  building: string,
  nowS: number,
  { dropOld }: { readonly dropOld: boolean },
): HeadEndKeys {
  // What is wrong with the present ones is told before they are overwritten.
  headEndKeys(stateDir, building, nowS);
  return readKeys(stateDir, building, nowS, (role) => newRoleKey(stateDir, role, nowS), dropOld);
}

function readKeys(
  stateDir: string,
  building: string,
  nowS: number,
  keyOf: (role: KeyRole) => KeyFile,
  dropOld = false,
): HeadEndKeys {
  const rootFile = join(stateDir, 'root.jwk');
  const root = readKeyFile(rootFile) ?? makeKeyFile(rootFile, undefined);
  const roleKeys = keyRoles.map((role) => ({ role, file: keyOf(role) }));
  const found = readKeyset(stateDir, building, root);
  const listed = new Set(found?.keyset.keys.map(({ kid }) => kid));
  // Also after a crash between new role keys and their keyset.
  const current = roleKeys.every(({ file }) => listed.has(file.kid))
    ? found
    : makeKeyset(stateDir, building, root, roleKeys, found?.keyset, { nowS, dropOld });
  if (current === undefined) throw new HeadEndError('badState', 'The keyset could not be made.');
  const signer = (role: KeyRole): JwsSigner => {
    const entry = roleKeys.find((key) => key.role === role);
    if (entry === undefined) throw new HeadEndError('badState', `There is no key for ${role}.`);
    return entry.file;
  };
  return {
    root: root.public,
    siteKey: siteKeyOf(stateDir),
    signers: {
      time: signer('time'),
      dataset: signer('dataset'),
      command: signer('command'),
      ack: signer('ack'),
    },
    keyset: current.jws,
    n: current.keyset.n,
  };
}

function roleKey(stateDir: string, role: KeyRole, nowS: number): KeyFile {
  const file = join(stateDir, `${role}.jwk`);
  const found = readKeyFile(file);
  return found !== undefined && found.exp - nowS >= lifeS / 2 ? found : newRoleKey(stateDir, role, nowS);
}

const newRoleKey = (stateDir: string, role: KeyRole, nowS: number): KeyFile =>
  makeKeyFile(join(stateDir, `${role}.jwk`), { nbf: nowS - beginsEarlierS, exp: nowS + lifeS });

interface SignedKeyset {
  readonly jws: string;
  readonly keyset: Keyset;
}

const keysetFile = (stateDir: string): string => join(stateDir, 'keyset.jws');

function readKeyset(stateDir: string, building: string, root: KeyFile): SignedKeyset | undefined {
  const file = keysetFile(stateDir);
  if (!existsSync(file)) return undefined;
  const jws = readFileSync(file, 'utf8').trim();
  const opened = openDown('keyset', Buffer.from(jws), {
    ring: rootOnly(root.public),
    time: { nowS: 0, notBeforeJudged: false },
    audiences: [`building:${building}`],
  });
  if (opened.kind === 'refused') {
    throw new HeadEndError(
      'badState',
      `${file} was not made by this folder's root.jwk for the building "${building}"; put your copies of both back.`,
    );
  }
  return { jws, keyset: opened.payload };
}

function makeKeyset(
  stateDir: string,
  building: string,
  root: KeyFile,
  roleKeys: readonly { readonly role: KeyRole; readonly file: KeyFile }[],
  before: Keyset | undefined,
  { nowS, dropOld }: { readonly nowS: number; readonly dropOld: boolean },
): SignedKeyset {
  const fresh = roleKeys.map(({ role, file }) => ({
    ...file.public,
    kid: file.kid,
    roles: [role],
    nbf: file.nbf,
    exp: file.exp,
  }));
  const old = (before?.keys ?? []).filter(
    ({ kid, exp }) => !dropOld && exp > nowS && fresh.every((key) => key.kid !== kid),
  );
  const keyset: Keyset = {
    aud: `building:${building}`,
    // Above whatever was sent since a backup that this folder comes from: a device takes no keyset whose n it has had.
    n: Math.max((before?.n ?? 0) + 1, nowS),
    keys: [...fresh, ...old].slice(0, keysetSize),
  };
  const jws = signJws('vestibule-keyset', keyset, root);
  writeSecretFile(keysetFile(stateDir), `${jws}\n`);
  return { jws, keyset };
}
