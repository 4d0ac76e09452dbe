/** Topic names (PROTOCOL "Topics"): `vestibule/v1/{device}/{up|down}/{name}`. */
const downNames = ['keyset', 'welcome', 'delta', 'manifest', 'chunk', 'command', 'ack'] as const;
const upNames = ['hello', 'request', 'cursor', 'events', 'result', 'ring', 'status'] as const;
export type DownName = (typeof downNames)[number];
export type UpName = (typeof upNames)[number];

const root = 'vestibule/v1';

export const downTopic = (device: string, name: DownName): string => `${root}/${device}/down/${name}`;
export const upTopic = (device: string, name: UpName): string => `${root}/${device}/up/${name}`;
/** The device's one filter. */
export const downFilter = (device: string): string => `${root}/${device}/down/#`;
/** The head-end's one filter: every device's upward messages. */
export const upFilter = `${root}/+/up/#`;

const isOneOf = <T extends string>(names: readonly T[], name: string | undefined): name is T =>
  names.some((known) => known === name);

/** The message name of a downward topic of this device; undefined for any other topic. */
export function downNameOf(device: string, topic: string): DownName | undefined {
  const prefix = `${root}/${device}/down/`;
  const name = topic.startsWith(prefix) ? topic.slice(prefix.length) : undefined;
  return isOneOf(downNames, name) ? name : undefined;
}

/** Device and message name of an upward topic; undefined for any other topic. */
export function parseUpTopic(topic: string): { readonly device: string; readonly name: UpName } | undefined {
  const match = /^vestibule\/v1\/([a-z0-9-]{1,64})\/up\/([a-z]+)$/.exec(topic);
  const [, device, name] = match ?? [];
  return device !== undefined && isOneOf(upNames, name) ? { device, name } : undefined;
}
