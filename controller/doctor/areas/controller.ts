import type { ControllerStatus } from '../../ports/lobby.ts';
import { type Finding, finderOf } from '../finding.ts';

export const controllerKinds = {
  controllerRuns: {
    level: 'ok',
    says: '{software} runs as {device}; its lobby screen answers on port {port}.',
  },
  controllerStopped: {
    level: 'warn',
    says: 'No controller runs on {folder}.',
    wayOut: 'Start it: "vestibule run", or the service that does.',
  },
  controllerSilent: {
    level: 'fail',
    says: 'A controller holds {folder}, but nothing of it answers on port {port} of 127.0.0.1.',
    wayOut:
      'It is starting, or it hangs, or "console.port" was changed since it started: look at its log, then restart it.',
  },
  portTaken: {
    level: 'fail',
    says: 'Port {port} of 127.0.0.1 belongs to {other}, so the lobby screen cannot start.',
    wayOut: 'Stop that program (ss -ltnp "sport = :{port}" names it), or give "console.port" another number.',
  },
  pageNotBuilt: {
    level: 'fail',
    says: 'The lobby screen is not built, so the controller does not start.',
    wayOut: 'Run "npm run prepare" once in the folder where vestibule is installed.',
  },
  doorFaulty: {
    level: 'fail',
    says: '{door} has a fault: {fault}',
    wayOut: 'Check the wiring and the device of this door; the fault ends by itself when it works again.',
  },
  phoneFaulty: {
    level: 'fail',
    says: 'The phone has a fault: {fault}',
    wayOut:
      'Without it nobody can be called; codes and cards go on. Correct what the sentence names, then restart the controller.',
  },
} as const;

export interface ControllerFacts {
  readonly folder: string;
  readonly port: number;
  /** Whether a controller holds the state folder; undefined where this user may not look. */
  readonly locked: boolean | undefined;
  readonly answer: ConsoleAnswer;
  readonly pageBuilt: boolean;
}

export type ConsoleAnswer =
  | { readonly kind: 'status'; readonly status: ControllerStatus }
  | { readonly kind: 'nobody' }
  /** Something listens, and says nothing in time. */
  | { readonly kind: 'silence' }
  | { readonly kind: 'stranger' };

const found = finderOf(controllerKinds);

/** The status of the controller that works on this state folder; undefined: none that can be asked. */
export const statusOf = ({ locked, answer }: ControllerFacts): ControllerStatus | undefined =>
  answer.kind === 'status' && locked !== false ? answer.status : undefined;

export function judgeController(facts: ControllerFacts): readonly Finding[] {
  const { pageBuilt } = facts;
  const status = statusOf(facts);
  return [
    standing(facts),
    ...(pageBuilt ? [] : [found('pageNotBuilt', {})]),
    ...(status?.doors ?? []).flatMap(({ id, fault }) =>
      fault === undefined ? [] : [found('doorFaulty', { door: id, fault })],
    ),
    ...(status?.phone?.fault === undefined ? [] : [found('phoneFaulty', { fault: status.phone.fault })]),
  ];
}

function standing(facts: ControllerFacts): Finding {
  const { folder, port, locked, answer } = facts;
  const status = statusOf(facts);
  if (status !== undefined) return found('controllerRuns', { ...status, port });
  if (locked === true) return found('controllerSilent', { folder, port });
  if (answer.kind === 'nobody') return found('controllerStopped', { folder });
  const other = answer.kind === 'status' ? `another controller (${answer.status.device})` : 'another program';
  return found('portTaken', { port, other });
}
