import { type GpioDoorWiring, linesOf } from '../../../config/gpio.ts';
import type { ControllerConfig } from '../../../config/load.ts';
import { faultOf, type GpioFault, type LineRef } from '../../../drivers/gpio/gpio.ts';
import { lineProbe } from '../../../drivers/gpio/gpio-doors.ts';
import { systemTimers } from '../../app/system-clock.ts';
import type { ControllerStatus } from '../../ports/lobby.ts';
import type { GpioFacts } from '../areas/gpio.ts';

/** Looks for every line without opening one. Undefined: no door is wired. */
export function readGpio(
  { file, gpio, doors }: ControllerConfig,
  running: ControllerStatus['doors'] | undefined,
): GpioFacts | undefined {
  const wired = Object.entries(doors).flatMap(([id, door]) =>
    door.hardware === 'gpio' ? [{ id, door }] : [],
  );
  if (gpio === undefined || wired.length === 0) return undefined;
  const ids = wired.map(({ id }) => id);
  return {
    file,
    backend: gpio.backend,
    doors: ids,
    problems: problemsOf(gpio.backend, wired),
    faults: (running ?? []).flatMap(({ id, fault }) =>
      fault !== undefined && ids.includes(id) ? [{ door: id, problem: fault }] : [],
    ),
  };
}

function problemsOf(
  backend: NonNullable<ControllerConfig['gpio']>['backend'],
  doors: readonly { readonly id: string; readonly door: GpioDoorWiring }[],
): GpioFacts['problems'] {
  let probe: (ref: LineRef) => void;
  try {
    probe = lineProbe(backend, systemTimers);
  } catch (error) {
    return [problemOf(error)];
  }
  const problems: GpioFacts['problems'][number][] = [];
  for (const { id, door } of doors) {
    for (const { part, ...ref } of linesOf(door)) {
      try {
        probe(ref);
      } catch (error) {
        const problem = problemOf(error);
        if (problem.kind === 'backend') return [problem];
        problems.push({ ...problem, place: `doors.${id}.${part}` });
      }
    }
  }
  return problems;
}

function problemOf(error: unknown): GpioFacts['problems'][number] {
  const { code, message } = faultOf(error);
  return { kind: kinds[code], problem: message };
}

const kinds: Readonly<Record<GpioFault['code'], GpioFacts['problems'][number]['kind']>> = {
  backendUnusable: 'backend',
  chipNotFound: 'chip',
  chipAmbiguous: 'chip',
  lineNotFound: 'line',
  lineBusy: 'busy',
  lineRefused: 'busy',
  notAsWritten: 'busy',
};
