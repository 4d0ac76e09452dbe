/**
 * The stream of view models. EventSource comes back by itself after most losses; this adds the two that it does
 * not notice: a stream that was refused, and one that is open but silent.
 */
import type { DirectoryLine, LobbyViewModel } from '../view-model.ts';

/** The controller is heard from every 15 s. */
const silenceMs = 40_000;
const reopenAfterMs = 2_000;

export interface ConnectionListener {
  /** Comes before the view that it belongs to. */
  readonly directory: (directory: readonly DirectoryLine[]) => void;
  readonly view: (view: LobbyViewModel) => void;
  readonly lost: () => void;
  /** The controller serves a page of this version. */
  readonly pageVersion: (version: string) => void;
}

export function connect(listener: ConnectionListener): void {
  let watchdog: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    const source = new EventSource('/api/events');
    const reopen = (afterMs: number): void => {
      source.close();
      clearTimeout(watchdog);
      listener.lost();
      setTimeout(open, afterMs);
    };
    const heard = (): void => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => reopen(0), silenceMs);
    };
    source.addEventListener('directory', ({ data }: MessageEvent<string>) => {
      heard();
      listener.directory(JSON.parse(data) as readonly DirectoryLine[]);
    });
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      heard();
      listener.view(JSON.parse(data) as LobbyViewModel);
    });
    source.addEventListener('alive', ({ data }: MessageEvent<string>) => {
      heard();
      listener.pageVersion(data);
    });
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) reopen(reopenAfterMs);
      else listener.lost();
    });
    heard();
  }

  open();
}
