/** Tries once whether a broker is there and takes this device, for `vestibule doctor`; says nothing on any topic. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import type { Timers } from '../../controller/ports/clock.ts';
import { brokerOf, MqttConnection, type MqttEndpoint, openStream } from './mqtt-connection.ts';
import { type BrokerFault, brokerFaultIn, brokerProblem, mqttProblem } from './mqtt-problem.ts';

export type BrokerProbe =
  /** It took the client id, the certificate and the subscription. */
  | { readonly kind: 'accepted'; readonly broker: string }
  /** TCP, and TLS where there is one, are well; MQTT was not tried. */
  | { readonly kind: 'reachable'; readonly broker: string }
  | { readonly kind: 'fault'; readonly fault: BrokerFault; readonly problem: string };

export interface ProbeOptions {
  readonly endpoint: MqttEndpoint;
  /**
   * What to subscribe to, under the endpoint's client id: that ends whatever session the broker has for it. Absent: only
   * the way to the broker is tried, and nobody is disturbed.
   */
  readonly filter?: string;
  readonly timers: Timers;
  /** For each of the three steps: name, way, conversation. */
  readonly stepMs: number;
}

/** Never throws for anything that a broker or a network does. */
export async function probeBroker(options: ProbeOptions): Promise<BrokerProbe> {
  const { endpoint, filter, stepMs } = options;
  const broker = brokerOf(endpoint.url);
  const fault = (problem: string): BrokerProbe => ({
    kind: 'fault',
    fault: brokerFaultIn(problem) ?? 'lostUntold',
    problem,
  });
  if (!(await resolves(hostOf(endpoint.url), stepMs))) return fault(brokerProblem('unresolved', broker));
  const problem = await tryTheWay(endpoint, broker, options);
  if (problem !== undefined) return fault(problem);
  if (filter === undefined) return { kind: 'reachable', broker };
  const refusal = await tryTheConversation(filter, broker, options);
  return refusal === undefined ? { kind: 'accepted', broker } : fault(refusal);
}

const hostOf = (url: string): string => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');

const lookUp = "require('node:dns').lookup(process.argv[1], (error) => process.exit(error === null ? 0 : 1))";

/**
 * Asks the system's resolver in a process of its own: where no name server answers it waits for half a minute, and a
 * process that has asked it cannot end before.
 */
function resolves(host: string, withinMs: number): Promise<boolean> {
  if (isIP(host) !== 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const args = ['--eval', lookUp, host];
    execFile(process.execPath, args, { timeout: withinMs, killSignal: 'SIGKILL' }, (error) => {
      resolve(error === null);
    });
  });
}

/** @returns what is wrong with the name, the port or the broker's certificate */
async function tryTheWay(
  endpoint: MqttEndpoint,
  broker: string,
  { timers, stepMs }: ProbeOptions,
): Promise<string | undefined> {
  let stream: Socket;
  try {
    stream = openStream(endpoint);
  } catch (error) {
    return mqttProblem(error, broker);
  }
  const late = new AbortController();
  const timer = timers.after(stepMs, () => late.abort());
  // Both kinds of socket say `connect` when TCP is there.
  let there = false;
  stream.once('connect', () => {
    there = true;
  });
  try {
    const ready = endpoint.url.startsWith('mqtts:') ? 'secureConnect' : 'connect';
    await once(stream, ready, { signal: late.signal });
    return undefined;
  } catch (error) {
    if (!late.signal.aborted) return there ? withoutTls(error, broker) : mqttProblem(error, broker);
    return brokerProblem(there ? 'silent' : 'unreachable', broker, stepMs / 1_000);
  } finally {
    timer.cancel();
    stream.on('error', () => {});
    stream.destroy();
  }
}

/** A broker that speaks plain MQTT just hangs up on TLS. */
function withoutTls(error: unknown, broker: string): string {
  const problem = mqttProblem(error, broker);
  const hungUp = problem === mqttProblem({ code: 'ECONNRESET' }, broker);
  return hungUp ? brokerProblem('noTls', broker, 'ECONNRESET') : problem;
}

/** @returns why the broker does not take this client or its subscription */
async function tryTheConversation(
  filter: string,
  broker: string,
  { endpoint, timers, stepMs }: ProbeOptions,
): Promise<string | undefined> {
  const ending = new AbortController();
  let outcome: string | undefined = brokerProblem('silent', broker, stepMs / 1_000);
  const settle = (problem: string | undefined): void => {
    if (ending.signal.aborted) return;
    outcome = problem;
    ending.abort();
  };
  const connection = new MqttConnection({
    endpoint,
    filter,
    onMessage: () => {},
    onUp: () => settle(undefined),
    onDown: settle,
    timers,
  });
  const timer = timers.after(stepMs, () => settle(outcome));
  await connection.run(ending.signal);
  timer.cancel();
  return outcome;
}
