import { askControl } from '../control/client.ts';
import { notServing, say, withState } from './context.ts';

export interface RotateOptions {
  readonly dropOld?: true;
}

/** `keys rotate`. */
export const rotateKeysCommand = (stateDir: string, options: RotateOptions): Promise<void> =>
  withState(stateDir, async (books) => {
    const old = { dropOld: options.dropOld === true };
    const served = await askControl<{ n: number }, 'rotateKeys'>(books.stateDir, 'rotateKeys', old);
    const { n } = served.kind === 'answer' ? served.value : books.desk.rotateKeys(old);
    say(`New keys sign from now on (keyset ${n}, signed by root.jwk).`);
    say(
      old.dropOld
        ? 'A device believes the old ones until the new keyset has reached it.'
        : 'Devices believe the old ones too, until they end by themselves; if one has leaked: --drop-old.',
    );
    if (served.kind === 'notRunning') say(notServing);
  });
