import { type Finding, finderOf } from '../finding.ts';

export const gpioKinds = {
  linesFound: { level: 'ok', says: '{backend} finds every line of {doors}.' },
  gpioBackendUnusable: {
    level: 'fail',
    says: 'The doors {doors} cannot be worked by {backend}: {problem}.',
    wayOut:
      'docs/gpio.md says what {backend} needs, and when the other backend is the one for this machine ("gpio" in {file}).',
  },
  gpioChipNotFound: {
    level: 'fail',
    says: '{place}: {problem}.',
    means: 'The chip of a line is not there, or two have its label; the sentence lists those that are.',
    wayOut: 'Plug the board in, or name its chip in {file} as "gpiodetect" shows it in brackets.',
  },
  gpioLineNotFound: {
    level: 'fail',
    says: '{place}: {problem}.',
    means: 'The chip of a line has no line of that number.',
    wayOut: 'Correct the number in {file}; "gpioinfo" lists the lines of each chip.',
  },
  gpioLineBusy: {
    level: 'fail',
    says: '{place}: {problem}.',
    means: 'Another program, or a driver of the kernel, has a line of a door.',
    wayOut:
      'Stop that program, or take the driver out of the device tree; or wire the door to another line, and name that in {file}.',
  },
  wiredDoorFaulty: {
    level: 'fail',
    says: '{door} is faulty: {problem}.',
    wayOut:
      'A line in use: "gpioinfo" names by whom. A line that does not stand as written: look for a short circuit. It is tried again every few seconds.',
  },
} as const;

export interface GpioFacts {
  readonly file: string;
  readonly backend: string;
  readonly doors: readonly string[];
  /** Lines that are not as they should be; `place`: none of them can be asked for. */
  readonly problems: readonly {
    readonly place?: string;
    readonly kind: 'backend' | 'chip' | 'line' | 'busy';
    readonly problem: string;
  }[];
  /** As the running controller says; empty where none can be asked. */
  readonly faults: readonly { readonly door: string; readonly problem: string }[];
}

const found = finderOf(gpioKinds);

export function judgeGpio({ file, backend, doors, problems, faults }: GpioFacts): readonly Finding[] {
  const all = doors.join(', ');
  const findings = problems.map(({ place = '', kind, problem }) => {
    switch (kind) {
      case 'backend':
        return found('gpioBackendUnusable', { doors: all, backend, problem, file });
      case 'chip':
        return found('gpioChipNotFound', { place, problem, file });
      case 'line':
        return found('gpioLineNotFound', { place, problem, file });
      case 'busy':
        return found('gpioLineBusy', { place, problem, file });
      default:
        return kind satisfies never;
    }
  });
  return [
    ...(findings.length === 0 ? [found('linesFound', { backend, doors: all })] : findings),
    ...faults.map((fault) => found('wiredDoorFaulty', fault)),
  ];
}
