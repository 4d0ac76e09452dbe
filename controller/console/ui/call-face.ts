import type { CallView, Language, LobbyViewModel } from '../view-model.ts';
import { type Texts, texts } from './texts.ts';

/** What a guest sees of a call at one moment. */
export interface CallFace {
  readonly look: 'calling' | 'talking' | 'opened' | 'ended' | 'failed';
  /** A small line before the title. */
  readonly lead?: string;
  readonly title: string;
  /** Who it is, as far as a guest may know. */
  readonly callee?: string;
  readonly sentence?: string;
  /** The conversation is about to end. */
  readonly warning?: string;
  readonly button: string;
}

/** The call to be shown: a guest who has cancelled is done with it. */
export function shownCall(view: LobbyViewModel | undefined): CallView | undefined {
  const call = view?.call;
  return call?.phase.kind === 'ended' && call.phase.outcome === 'cancelled' ? undefined : call;
}

/** Whoever called has come in, and the next person is another one. */
export const hasOpened = ({ phase }: CallView): boolean =>
  phase.kind === 'opened' || (phase.kind === 'ended' && phase.outcome === 'opened');

export function callFace(call: CallView, language: Language): CallFace {
  const words = texts[language];
  const { phase } = call;
  switch (phase.kind) {
    case 'calling':
      return { look: 'calling', ...whoIsCalled(call, words), button: words.call.cancel };
    case 'talking':
      return {
        look: 'talking',
        title: words.call.connected,
        sentence: words.call.pleaseSpeak,
        ...(call.callee === undefined
          ? {}
          : { callee: `${call.callee.name} · ${words.suite} ${call.callee.suite}` }),
        ...(phase.endsSoon ? { warning: words.call.endsSoon } : {}),
        button: words.call.hangUp,
      };
    case 'opened':
      return {
        look: 'opened',
        title: words.call.opened,
        sentence: phase.sentence[language],
        button: words.call.hangUp,
      };
    case 'ended':
      return {
        look: phase.outcome === 'opened' || phase.outcome === 'failed' ? phase.outcome : 'ended',
        title: words.call.ended[phase.outcome],
        sentence: phase.sentence[language],
        button: words.back,
      };
    default:
      return phase satisfies never;
  }
}

function whoIsCalled({ callee, to }: CallView, words: Texts): Pick<CallFace, 'lead' | 'title' | 'callee'> {
  if (callee !== undefined)
    return { lead: words.call.calling, title: callee.name, callee: `${words.suite} ${callee.suite}` };
  return { title: to === 'concierge' ? words.call.callingConcierge : words.call.callingHidden };
}
