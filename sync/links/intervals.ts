import type { Timers } from '../../controller/ports/clock.ts';

/** Repeating timers over one-shot ones, for MQTT.js' keep-alive: who owns the passing of time owns all of it. */
export function intervals(timers: Timers): {
  readonly set: (run: () => void, ms: number) => number;
  readonly clear: (id: number) => void;
} {
  const running = new Map<number, { cancel(): void }>();
  let lastId = 0;
  return {
    set: (run, ms) => {
      lastId += 1;
      const id = lastId;
      const wait = (): void => {
        const timer = timers.after(ms, () => {
          wait();
          run();
        });
        running.set(id, timer);
      };
      wait();
      return id;
    },
    clear: (id) => {
      running.get(id)?.cancel();
      running.delete(id);
    },
  };
}
