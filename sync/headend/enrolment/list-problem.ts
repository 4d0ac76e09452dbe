import type { ListWritten } from './revocation-list.ts';

/** Why the revocation list is not everywhere where it belongs, with the way out; undefined: it is. */
export function listProblem(written: ListWritten): string | undefined {
  switch (written.kind) {
    case 'written':
      return undefined;
    case 'notCopied':
      return `${copyFault(written)}, and let the broker reload. vestibule-headend run tries again at each start.`;
    case 'notWritten':
      return `${written.list} could not be written (${written.code}). Let it and its folder belong to the user of the head-end, with space on the disk, and start vestibule-headend run anew: it writes the list at each start.`;
    default:
      return written satisfies never;
  }
}

function copyFault({ list, folder, code }: Extract<ListWritten, { kind: 'notCopied' }>): string {
  const copy = `Copy ${list} to ${folder}/ca.crl`;
  switch (code) {
    case 'ENOENT':
      return `there is no folder ${folder} here any more. Copy ${list} to where the broker reads its ca.crl`;
    case 'EACCES':
    case 'EPERM':
      return `${folder} may not be written by this user; it has to belong to the user of the head-end (docs/brokers.md). ${copy}`;
    default:
      return `${folder} could not be written (${code}). ${copy}`;
  }
}
