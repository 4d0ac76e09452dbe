import { type HeadEndKeys, headEndKeys, rotatedKeys } from './head-end-keys.ts';

/** The keys as they are now: whoever holds this signs with the new ones from the moment they are made. */
export interface LiveKeys extends HeadEndKeys {
  /** Replaces keys that are due (see `headEndKeys`); true when there is a new keyset. */
  renew(): boolean;
  /** Replaces all of them, due or not (see `rotatedKeys`). */
  rotate(old: { readonly dropOld: boolean }): void;
}

/** @throws HeadEndError `badState`, as do its methods. */
export function liveKeys(stateDir: string, building: string, nowS: () => number): LiveKeys {
  let current = headEndKeys(stateDir, building, nowS());
  return {
    get root() {
      return current.root;
    },
    get siteKey() {
      return current.siteKey;
    },
    get signers() {
      return current.signers;
    },
    get keyset() {
      return current.keyset;
    },
    get n() {
      return current.n;
    },
    renew() {
      const before = current.n;
      current = headEndKeys(stateDir, building, nowS());
      return current.n !== before;
    },
    rotate(old) {
      current = rotatedKeys(stateDir, building, nowS(), old);
    },
  };
}
