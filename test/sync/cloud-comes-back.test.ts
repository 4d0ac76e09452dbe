/** PROTOCOL invariant 16: what waits for a cloud that was away goes out when it is there again, not minutes later. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CursorReport } from '../../sync/links/cursor-report.ts';
import { EventUplink } from '../../sync/links/event-uplink.ts';
import { Requester } from '../../sync/links/requester.ts';
import { UpChannel } from '../../sync/links/up-channel.ts';
import { durations, limits } from '../../sync/protocol/limits.ts';
import { HandTime } from '../support/hand-time.ts';
import { storeIn, tempDir } from '../support/store.ts';

const awayMs = 10 * 60_000;

function stage() {
  const time = new HandTime();
  const { journal, replica } = storeIn(tempDir());
  const sent: string[] = [];
  const line = { takes: true };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const channel = new UpChannel({
    device: 'console-1',
    deviceKey: privateKey,
    publish: (topic) => line.takes && sent.push(topic) > 0,
  });
  return {
    time,
    journal,
    sent,
    line,
    cursor: new CursorReport(channel, replica, time.timers),
    events: new EventUplink(channel, journal, time.timers),
    requests: new Requester(channel, replica, time.timers),
  };
}

describe('when the cloud welcomes a device again', () => {
  it('events that it left unanswered go out at once', () => {
    const { time, journal, sent, events } = stage();
    journal.commit(['{}']);
    events.start();
    time.pass(awayMs);
    const before = sent.length;
    time.pass(1);
    events.welcomed();
    expect(sent.length).toBe(before + 1);
  });

  it('events that are just on their way do not go out twice', () => {
    const { journal, sent, events } = stage();
    journal.commit(['{}']);
    events.start();
    events.welcomed();
    expect(sent).toHaveLength(1);
  });

  it('a request that it left unanswered goes out at once, and no other', () => {
    const { time, sent, requests } = stage();
    requests.welcomed();
    requests.ask({ need: 'snapshot' });
    requests.welcomed();
    expect(sent).toHaveLength(1);
    time.pass(awayMs);
    const before = sent.length;
    time.pass(1);
    requests.welcomed();
    expect(sent.length).toBe(before + 1);
  });

  it('the events after an acknowledged batch are sent again as soon as the first ones were', () => {
    const { time, journal, sent, events } = stage();
    const committed = journal.commit(Array.from({ length: limits.eventBatchCount + 1 }, () => '{}'));
    const { seq = 0, hash = '' } = committed[limits.eventBatchCount - 1] ?? {};
    events.start();
    time.pass(awayMs);
    events.acknowledged({ aud: 'console-1', log: journal.log, upTo: seq, hash });
    const before = sent.length;
    time.pass(durations.eventsResendMs);
    expect(sent.length).toBe(before + 1);
  });

  it('a cursor that the connection did not take is told once it takes more', () => {
    const { time, sent, line, cursor } = stage();
    line.takes = false;
    cursor.tell();
    time.pass(durations.cursorCoalesceMs);
    expect(sent).toEqual([]);
    line.takes = true;
    time.pass(awayMs);
    expect(sent).toEqual(['vestibule/v1/console-1/up/cursor']);
  });
});
