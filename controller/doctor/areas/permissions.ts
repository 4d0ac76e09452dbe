import { type Finding, finderOf, someOf } from '../finding.ts';

export const permissionKinds = {
  permissionsGood: {
    level: 'ok',
    says: '{folder} and what is in it belong to {owner}, and nobody else may read it.',
  },
  stateUnreadable: {
    level: 'fail',
    says: '{user} may not read {path} ({reason}), so what is in it was not checked.',
    wayOut: 'Run doctor as the owner ({owner}): sudo -u {owner} …',
  },
  openToOthers: {
    level: 'fail',
    says: 'Other users of this machine may read or change {paths}; keys and phone numbers are in there.',
    wayOut: 'Run: chmod -R go= {folder}',
  },
  stateFolderOpen: {
    level: 'warn',
    says: 'Other users of this machine may look into {folder}.',
    wayOut: 'Run: chmod go= {folder}',
  },
  ownersDiffer: {
    level: 'fail',
    says: '{paths} do not belong to {owner}, who owns {folder}: the controller may not be able to use them.',
    wayOut: 'Run as root: chown -R {owner} {folder}',
  },
} as const;

export interface PermissionFacts {
  /** Absolute; that of the configuration. */
  readonly folder: string;
  /** Who runs doctor. */
  readonly user: string;
  readonly entries: readonly EntryFacts[];
  /** The first that may not be read. */
  readonly unreadable?: { readonly path: string; readonly reason: string; readonly owner: string };
}

export interface EntryFacts {
  /** Relative to the folder; empty for itself. */
  readonly path: string;
  readonly owner: string;
  /** Permission bits. */
  readonly mode: number;
}

const found = finderOf(permissionKinds);

/** Databases and whatever is in the folders of the identity and of the readers' keys hold what nobody else may read (DESIGN section 9). */
const isSecret = ({ path }: EntryFacts): boolean => /^(identity|readers)(\/|$)|\.db/.test(path);
const isOpen = ({ mode }: EntryFacts): boolean => (mode & 0o077) !== 0;

export function judgePermissions({ folder, user, entries, unreadable }: PermissionFacts): readonly Finding[] {
  if (unreadable !== undefined) return [found('stateUnreadable', { user, ...unreadable })];
  const top = entries.find(({ path }) => path === '');
  if (top === undefined) return [];
  const { owner } = top;
  const open = entries.filter((entry) => isSecret(entry) && isOpen(entry));
  const foreign = entries.filter((entry) => entry.owner !== owner);
  const paths = (some: readonly EntryFacts[]): string => someOf(some.map(({ path }) => path));
  const wrong = [
    ...(open.length === 0 ? [] : [found('openToOthers', { paths: paths(open), folder })]),
    ...(isOpen(top) ? [found('stateFolderOpen', { folder })] : []),
    ...(foreign.length === 0 ? [] : [found('ownersDiffer', { paths: paths(foreign), owner, folder })]),
  ];
  return wrong.length > 0 ? wrong : [found('permissionsGood', { folder, owner })];
}
