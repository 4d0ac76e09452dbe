import { describe, expect, it } from 'vitest';
import { endCommands, feedbackCommands } from '../../../drivers/osdp/feedback.ts';
import { encodeLed } from '../../../drivers/osdp/messages/led.ts';
import { decodeText, encodeText } from '../../../drivers/osdp/messages/text.ts';

const text = { en: 'Door open', fr: 'Porte ouverte' };

/** For how long the light and the text stay, as they come out of the messages on the wire. */
function shownFor(forMs?: number) {
  const commands = feedbackCommands({ outcome: 'granted', text, ...(forMs === undefined ? {} : { forMs }) }, [
    'en',
  ]);
  const [light] = commands.flatMap((command) => (command.kind === 'LED' ? [encodeLed(command.leds)] : []));
  const [words] = commands.flatMap((command) => (command.kind === 'TEXT' ? [encodeText(command)] : []));
  const steps = light === undefined ? 0 : new DataView(light.buffer).getUint16(7, true);
  return { lightMs: steps * 100, text: words && decodeText(words) };
}

describe('who is let in', () => {
  it.each([
    ['as long as the door may be opened', 15_000, 15_000, 15_000],
    ['in whole steps, never shorter', 2_350, 2_400, 3_000],
    ['no longer than a reader can count', 86_400_000, 6_553_500, 255_000],
    ['five seconds where nobody says how long', undefined, 5_000, 5_000],
  ])('sees it %s', (_, forMs, lightMs, textMs) => {
    expect(shownFor(forMs)).toMatchObject({ lightMs, text: { forMs: textMs, text: 'Door open' } });
  });
});

it('what has ended before its time goes dark and blank', () => {
  const commands = endCommands(['en', 'fr']);
  expect(commands).toMatchObject([
    { kind: 'LED', leds: [{ temporary: 'cancel' }] },
    { kind: 'TEXT', row: 1, text: '', forMs: 1_000 },
    { kind: 'TEXT', row: 2, text: '', forMs: 1_000 },
  ]);
});
