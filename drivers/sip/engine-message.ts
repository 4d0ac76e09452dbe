/** What baresip says over ctrl_tcp, as far as it matters here. Shapes were observed on 1.0.0 (Debian 12). */
import { z } from 'zod';

const Response = z.object({
  response: z.literal(true),
  ok: z.boolean(),
  data: z.string().default(''),
  token: z.string().default(''),
});

const Event = z.object({
  event: z.literal(true),
  type: z.string(),
  direction: z.string().optional(),
  /** SIP Call-ID. */
  id: z.string().optional(),
  param: z.string().default(''),
});

export type EngineMessage =
  /** The answer to the command that carried this token. */
  | { readonly kind: 'response'; readonly ok: boolean; readonly token: string }
  /** Of a call. An inbound one is never answered. */
  | {
      readonly kind: 'call';
      readonly what: CallSign;
      readonly call: string;
      readonly inbound: boolean;
      readonly param: string;
    }
  | { readonly kind: 'registered' }
  /** `why`: a SIP status line, or the engine's own words; at most 200 characters, because a provider may say any number. */
  | { readonly kind: 'registrationFailed'; readonly why: string }
  /** Nothing that matters, or from a release that says it another way. */
  | { readonly kind: 'other' };

export type CallSign = 'incoming' | 'ringing' | 'answered' | 'digit' | 'audioFailed' | 'closed';

const callSigns: ReadonlyMap<string, CallSign> = new Map<string, CallSign>([
  ['CALL_INCOMING', 'incoming'],
  ['CALL_RINGING', 'ringing'],
  // 183: sound before the answer, which the engine plays and which says no more to us than 180.
  ['CALL_PROGRESS', 'ringing'],
  ['CALL_ESTABLISHED', 'answered'],
  ['CALL_DTMF_START', 'digit'],
  ['AUDIO_ERROR', 'audioFailed'],
  ['CALL_CLOSED', 'closed'],
]);

/** @returns undefined where the text is no JSON object of the engine's */
export function readEngineMessage(text: string): EngineMessage | undefined {
  const json = jsonOf(text);
  const response = Response.safeParse(json);
  if (response.success) {
    const { ok, token } = response.data;
    return { kind: 'response', ok, token };
  }
  const event = Event.safeParse(json);
  return event.success ? eventOf(event.data) : undefined;
}

function eventOf({ type, direction, id, param }: z.infer<typeof Event>): EngineMessage {
  if (type === 'REGISTER_OK') return { kind: 'registered' };
  if (type === 'REGISTER_FAIL') return { kind: 'registrationFailed', why: param.slice(0, 200) };
  const what = callSigns.get(type);
  if (what === undefined || id === undefined) return { kind: 'other' };
  return { kind: 'call', what, call: id, inbound: direction !== 'outgoing', param };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
