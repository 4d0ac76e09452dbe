/** PROTOCOL invariant 16: what waits for a cloud that was away goes out when it is there again, not minutes later. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { EventUplink } from '../../sync/links/event-uplink.ts';
import { Requester } from '../../sync/links/requester.ts';
import { UpChannel } from '../../sync/links/up-channel.ts';
import { HandTime } from '../support/hand-time.ts';
import { storeIn, tempDir } from '../support/store.ts';

const awayMs = 10 * 60_000;

function stage() {
  const time = new HandTime();
  const { journal, replica } = storeIn(tempDir());
  const sent: string[] = [];
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const channel = new UpChannel({
    device: 'console-1',
    deviceKey: privateKey,
    publish: (topic) => sent.push(topic) > 0,
  });
  return {
    time,
    journal,
    sent,
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
});
