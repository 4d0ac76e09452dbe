/** What every backend behind the port must do: held against each in a test of its own. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GpioBench, GpioWorld } from './gpio-bench.ts';

export interface BackendAndWorld {
  readonly bench: GpioBench;
  readonly world: GpioWorld;
  close(): Promise<void>;
}

/** A backend that is made has the chips `pinctrl-test` and `expander`, of 32 lines each, all low and free. */
export function gpioContract(name: string, make: () => Promise<BackendAndWorld>): void {
  describe(`${name}, as a backend`, () => {
    let made: BackendAndWorld;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(async () => {
      await made.bench.closeAll();
      await made.close();
    });
    const relay = { chip: 'pinctrl-test', line: 17 };
    const contact = { chip: 'expander', line: 4 };

    it.each([
      { activeLow: false, active: true, high: true },
      { activeLow: false, active: false, high: false },
      { activeLow: true, active: true, high: false },
      { activeLow: true, active: false, high: true },
    ])('opens an output $active, active low $activeLow, with the voltage high $high', async (state) => {
      const output = await made.bench.openOutput(relay, state);
      expect(await made.world.isHigh(relay)).toBe(state.high);
      expect(await output.read()).toBe(state.active);
      await output.set(!state.active);
      expect(await made.world.isHigh(relay)).toBe(!state.high);
      expect(await output.read()).toBe(!state.active);
      await output.set(state.active);
      await output.set(state.active);
      expect(await made.world.isHigh(relay)).toBe(state.high);
    });

    it.each([false, true])('reads an input as it stands, active low %s', async (activeLow) => {
      await made.world.pull(contact, true);
      const input = await made.bench.openInput(contact, { activeLow });
      expect(await input.read()).toBe(!activeLow);
      await made.world.pull(contact, false);
      expect(await input.read()).toBe(activeLow);
    });

    it('tells that an input has moved, and a reading then gives where it stands', async () => {
      const input = await made.bench.openInput(contact, { activeLow: false });
      for (const level of [true, false, true]) {
        await made.world.pull(contact, level);
        expect((await input.activity.next((activity) => activity.level === level)).level).toBe(level);
      }
    });

    it('tells the movement of the right input only', async () => {
      const other = await made.bench.openInput({ chip: 'pinctrl-test', line: 4 }, { activeLow: false });
      const input = await made.bench.openInput(contact, { activeLow: false });
      await made.world.pull(contact, true);
      await input.activity.next();
      expect(other.activity.left).toEqual([]);
    });

    it('tells nothing of an input that is not listened to, and goes on when it is again', async () => {
      const input = await made.bench.openInput(contact, { activeLow: false });
      const witness = await made.bench.openInput(relay, { activeLow: false });
      await input.listen(false);
      await made.world.pull(contact, true);
      await made.world.pull(relay, true);
      await witness.activity.next();
      expect(input.activity.left).toEqual([]);
      expect(await input.read()).toBe(true);
      await input.listen(true);
      await made.world.pull(contact, false);
      await input.activity.next((activity) => activity.level === false);
    });

    it('tells nothing of a closed input, and lets its line be opened again', async () => {
      const input = await made.bench.openInput(contact, { activeLow: false });
      const witness = await made.bench.openInput(relay, { activeLow: false });
      await input.close();
      await input.close();
      await made.world.pull(contact, true);
      await made.world.pull(relay, true);
      await witness.activity.next();
      expect(input.activity.left).toEqual([]);
      const again = await made.bench.openInput(contact, { activeLow: false });
      expect(await again.read()).toBe(true);
    });

    it('refuses a line that it has open already', async () => {
      const output = await made.bench.openOutput(relay, { activeLow: false, active: true });
      await expect(made.bench.openInput(relay, { activeLow: false })).rejects.toMatchObject({
        code: 'lineBusy',
        message: expect.stringContaining('line 17 of pinctrl-test'),
      });
      expect(await output.read()).toBe(true);
      await output.close();
      await output.close();
      await made.bench.openInput(relay, { activeLow: false });
    });

    it.each([
      [{ chip: 'pinctrl-tset', line: 0 }, 'chipNotFound', 'pinctrl-tset'],
      [{ chip: 'expander', line: 32 }, 'lineNotFound', 'line 32 of expander'],
    ])('refuses %j with %s', async (ref, code, message) => {
      await expect(made.bench.openInput(ref, { activeLow: false })).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message),
      });
    });

    it('lets go of every line when it is closed, and may be closed twice', async () => {
      await made.bench.openOutput(relay, { activeLow: false, active: true });
      const input = await made.bench.openInput(contact, { activeLow: false });
      await made.bench.closeAll();
      await made.bench.closeAll();
      await made.bench.openInput(relay, { activeLow: false });
      expect(input.activity.left).toEqual([]);
    });
  });
}
