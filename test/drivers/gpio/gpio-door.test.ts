import { describe, expect, it } from 'vitest';
import { DoorId } from '../../../controller/core/dataset.ts';
import type { DoorHardwareInput } from '../../../controller/ports/door-hardware.ts';
import { type Gpio, GpioFault } from '../../../drivers/gpio/gpio.ts';
import { GpioDoor, type GpioDoorParts } from '../../../drivers/gpio/gpio-door.ts';
import { MemoryGpio } from '../../../drivers/gpio/memory-gpio.ts';
import { HandTime } from '../../support/hand-time.ts';

const line = (number: number) => ({ chip: 'board', line: number });
const strike: GpioDoorParts['strike'] = {
  ref: line(0),
  activeLow: false,
  failMode: 'fail-secure',
  safeState: 'secured',
};
const contact = (number: number) => ({ ref: line(number), activeLow: false, debounceMs: 20 });
const contacts = {
  monitor: contact(1),
  lockMonitor: contact(2),
  rex: contact(3),
  fire: contact(4),
  tamper: contact(5),
};

/** A door on lines of memory, in a time of its own; started. */
function wired(parts: Partial<GpioDoorParts> = {}, prepare: (gpio: MemoryGpio) => void = () => {}) {
  const gpio = new MemoryGpio({ board: 8 });
  const time = new HandTime();
  const told: DoorHardwareInput[] = [];
  const orders = new Map<string, string>();
  prepare(gpio);
  const door = new GpioDoor({
    door: DoorId.parse('front'),
    strike,
    contacts,
    backend: () => gpio,
    watchdog: { guard: (id, order) => orders.set(id, order), safe: (id) => orders.delete(id) },
    timers: time.timers,
    monotonicMs: () => time.monotonicMs(),
    onFire: () => {},
    ...parts,
  });
  door.start((input) => told.push(input));
  return { gpio, time, told, orders, door, taken: () => told.splice(0) };
}
type Wired = ReturnType<typeof wired>;

const relay = ({ gpio }: Wired): boolean => gpio.isHigh(line(0));

describe('a wired door', () => {
  it('tells how its contacts stand when it starts, and that its strike is secured', () => {
    const bench = wired({}, (gpio) => gpio.pull(line(2), true));
    expect(bench.told).toEqual([
      { kind: 'monitor', open: false },
      { kind: 'lockMonitor', locked: true },
      { kind: 'rex', active: false },
      { kind: 'fire', active: false },
      { kind: 'tamper', active: false },
    ]);
    expect(relay(bench)).toBe(false);
  });

  it.each([
    { failMode: 'fail-secure', activeLow: false, secured: false, released: true },
    { failMode: 'fail-secure', activeLow: true, secured: true, released: false },
    { failMode: 'fail-safe', activeLow: false, secured: true, released: false },
    { failMode: 'fail-safe', activeLow: true, secured: false, released: true },
  ] as const)('drives a $failMode lock, relay active low $activeLow', ({ failMode, activeLow, ...high }) => {
    const bench = wired({ strike: { ...strike, failMode, activeLow } });
    expect(relay(bench)).toBe(high.secured);
    bench.door.release();
    bench.door.release();
    expect(relay(bench)).toBe(high.released);
    bench.door.secure();
    expect(relay(bench)).toBe(high.secured);
  });

  it.each([
    ['secured', 'fail-secure', false],
    ['released', 'fail-secure', true],
    ['secured', 'fail-safe', true],
    ['released', 'fail-safe', false],
  ] as const)(
    'is left %s, if wired so, at its start, at its end and by the watchdog (%s)',
    (safeState, failMode, high) => {
      const bench = wired({ strike: { ...strike, safeState, failMode } });
      expect(relay(bench)).toBe(high);
      expect([...bench.orders]).toEqual([['front', `memory board 0 ${high ? 1 : 0}`]]);
      bench.door.release();
      bench.door.secure();
      bench.door.release();
      bench.door.close();
      expect(relay(bench)).toBe(high);
      expect([...bench.orders]).toEqual([]);
    },
  );

  it.each([
    ['monitor', 1, { kind: 'monitor', open: true }],
    ['lock monitor', 2, { kind: 'lockMonitor', locked: true }],
    ['request to exit', 3, { kind: 'rex', active: true }],
    ['fire input', 4, { kind: 'fire', active: true }],
    ['tamper contact', 5, { kind: 'tamper', active: true }],
  ] as const)('tells its %s once it has settled', (_, number, input) => {
    const bench = wired();
    bench.taken();
    for (const high of [true, false, true]) bench.gpio.pull(line(number), high);
    bench.time.pass(19);
    expect(bench.told).toEqual([]);
    bench.time.pass(1);
    expect(bench.told).toEqual([input]);
  });

  it('tells a request to exit that is held for an hour once', () => {
    const bench = wired();
    bench.taken();
    bench.gpio.pull(line(3), true);
    bench.time.pass(3_600_000);
    expect(bench.told).toEqual([{ kind: 'rex', active: true }]);
  });

  it('says once that a contact chatters that flips 500 times a second, and when it is well again', () => {
    const bench = wired();
    bench.taken();
    for (let ms = 0; ms < 20_000; ms += 2) {
      bench.gpio.pull(line(1), ms % 4 === 0);
      bench.time.pass(2);
    }
    const problem = 'door monitor: line 1 of board chatters; look for a loose wire';
    expect(bench.taken()).toEqual([{ kind: 'fault', problem }]);
    bench.gpio.pull(line(1), true);
    bench.time.pass(5_000);
    expect(bench.taken()).toEqual([
      { kind: 'fault', problem: undefined },
      { kind: 'monitor', open: true },
    ]);
  });

  it('lets people out at the first sign of an exit or a fire, however its line chatters', () => {
    const bench = wired();
    bench.taken();
    for (let ms = 0; ms < 60_000; ms += 10) {
      for (const number of [1, 2, 3, 4, 5]) bench.gpio.pull(line(number), ms % 20 === 0);
      bench.time.pass(10);
    }
    expect(bench.taken().filter(({ kind }) => kind !== 'fault')).toEqual([
      { kind: 'rex', active: true },
      { kind: 'fire', active: true },
    ]);
  });

  it('finds a movement of which it was told nothing within a second', () => {
    const bench = wired({}, (gpio) => {
      const openInput = gpio.openInput.bind(gpio);
      gpio.openInput = (ref, options) => openInput(ref, options, () => {});
    });
    bench.taken();
    bench.gpio.pull(line(1), true);
    bench.time.pass(1_000);
    bench.time.pass(20);
    expect(bench.told).toEqual([{ kind: 'monitor', open: true }]);
  });

  it('is faulty, and never simulated, while its backend cannot work, and obeys its last order once it can', () => {
    let gpio: Gpio | undefined;
    const memory = new MemoryGpio({ board: 8 });
    const bench = wired({
      contacts: { monitor: contacts.monitor },
      backend: () => {
        if (gpio === undefined) throw new GpioFault('backendUnusable', 'this kernel offers no lines');
        return gpio;
      },
    });
    expect(bench.door.simulated).toBe(false);
    expect(bench.taken().at(-1)).toEqual({ kind: 'line', contact: 'monitor', fault: 'cut' });
    expect(() => bench.door.release()).toThrow('relay: this kernel offers no lines');
    gpio = memory;
    bench.time.pass(5_000);
    expect(memory.isHigh(line(0))).toBe(true);
    expect(bench.told).toEqual([
      { kind: 'fault', problem: 'relay: this kernel offers no lines' },
      { kind: 'line', contact: 'monitor', fault: undefined },
      { kind: 'monitor', open: false },
      { kind: 'fault', problem: undefined },
      { kind: 'obeyed', released: true },
    ]);
  });

  describe('whose backend throws what it did not foresee', () => {
    const unforeseen = (): never => {
      throw Object.assign(new Error("ENODEV: no such device, read '/dev/gpiochip0'"), { code: 'ENODEV' });
    };

    it('at its start: is faulty, tries again, and hears its exit and fire once the backend is well', () => {
      const memory = new MemoryGpio({ board: 8 });
      let backend: () => Gpio = unforeseen;
      const bench = wired({ backend: () => backend() });
      expect(bench.taken()).toContainEqual({
        kind: 'fault',
        problem: expect.stringContaining('relay: the lines cannot be used: ENODEV: no such device'),
      });
      backend = () => memory;
      bench.time.pass(5_000);
      expect(bench.taken()).toContainEqual({ kind: 'fault', problem: undefined });
      memory.pull(line(3), true);
      memory.pull(line(4), true);
      bench.time.pass(20);
      expect(bench.told).toEqual([
        { kind: 'rex', active: true },
        { kind: 'fire', active: true },
      ]);
      bench.door.release();
      expect(memory.isHigh(line(0))).toBe(true);
    });

    it.each([
      ['its relay is looked at', 'relay', 'read'],
      ['a contact is read', 'door monitor', 'read'],
      ['a chattering contact is not listened to any more', 'door monitor', 'listen'],
    ] as const)('while %s: says so, and mends', (_, part, method) => {
      let broken = false;
      const bench = wired({ contacts: { monitor: contacts.monitor } }, (gpio) => {
        const flaky = <Line extends object>(line: Line, breaks: boolean): Line =>
          new Proxy(line, {
            get: (target, name) =>
              broken && breaks && name === method ? unforeseen : Reflect.get(target, name),
          });
        const openOutput = gpio.openOutput.bind(gpio);
        const openInput = gpio.openInput.bind(gpio);
        gpio.openOutput = (...args) => flaky(openOutput(...args), part === 'relay');
        gpio.openInput = (...args) => flaky(openInput(...args), part !== 'relay');
      });
      bench.taken();
      broken = true;
      for (let ms = 0; ms < 1_100; ms += 10) {
        bench.gpio.pull(line(1), ms % 20 === 0);
        bench.time.pass(10);
      }
      expect(bench.taken()).toContainEqual({
        kind: 'fault',
        problem: expect.stringContaining(`${part}: the lines cannot be used: ENODEV`),
      });
      broken = false;
      bench.time.pass(10_000);
      expect(bench.told).toContainEqual({ kind: 'fault', problem: undefined });
    });

    it('at its end: ends, and leaves its relay to the watchdog', () => {
      const bench = wired({}, (gpio) => {
        const open = gpio.openOutput.bind(gpio);
        gpio.openOutput = (...args) => ({ ...open(...args), set: unforeseen });
      });
      bench.door.close();
      expect(bench.time.timers.pending).toBe(0);
      expect([...bench.orders.keys()]).toEqual(['front']);
    });
  });

  it('goes on opening while a contact of it is in use by somebody else, and says which', () => {
    const bench = wired({}, (gpio) => gpio.openInput(line(1), { activeLow: false }, () => {}));
    expect(bench.told).toContainEqual({ kind: 'fault', problem: 'door monitor: line 1 of board is in use' });
    bench.door.release();
    expect(relay(bench)).toBe(true);
  });

  it('releases nothing because its fire input cannot be read', () => {
    const bench = wired({ contacts: { fire: contact(9) } });
    expect(bench.told).toEqual([{ kind: 'fault', problem: 'fire input: there is no line 9 of board' }]);
  });

  it('puts right, within a second, a relay that another program has moved', () => {
    const bench = wired();
    bench.taken();
    bench.gpio.pull(line(0), true);
    bench.time.pass(1_000);
    expect(relay(bench)).toBe(false);
    expect(bench.told).toEqual([{ kind: 'obeyed', released: false }]);
  });

  it('tells nothing once it is closed', () => {
    const bench = wired();
    bench.taken();
    bench.door.close();
    bench.gpio.pull(line(3), true);
    bench.time.pass(60_000);
    expect(bench.told).toEqual([]);
    expect(bench.time.timers.pending).toBe(0);
  });

  it('has a monitor only where one is wired', () => {
    expect(wired().door.hasMonitor).toBe(true);
    expect(wired({ contacts: {} }).door.hasMonitor).toBe(false);
  });
});
