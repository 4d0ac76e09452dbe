import type { Language } from '../core/dataset.ts';
import { eventKinds } from '../ports/events.ts';

type Body = Readonly<Record<string, unknown>>;

function words(value: unknown, language: Language): string {
  if (typeof value === 'boolean') {
    if (language === 'en') return value ? 'yes' : 'no';
    return value ? 'oui' : 'non';
  }
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
}

const isKnown = (type: string): type is keyof typeof eventKinds => Object.hasOwn(eventKinds, type);

/** What an event's body says to people; a type that this release does not know stands for itself. */
export function eventSentence(body: Body, language: Language): string {
  const type = String(body['type']);
  if (!isKnown(type)) return type;
  return eventKinds[type][language].replaceAll(/\{(\w+)\}/g, (_, field: string) =>
    words(body[field], language),
  );
}
