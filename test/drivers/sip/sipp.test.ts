import { describe, expect, it } from 'vitest';
import { forThisTest } from '../../support/for-this-test.ts';
import { startSipPhone } from '../../support/sip-site.ts';
import { answers, refuses, ringsUntilCancelled, startSipp } from '../../support/sipp.ts';

describe('a resident played by sipp', () => {
  it.each([
    [486, 'Busy Here', 'busy'],
    [600, 'Busy Everywhere', 'busy'],
    [480, 'Temporarily Unavailable', 'unavailable'],
    [603, 'Decline', 'declined'],
    [404, 'Not Found', 'unknownNumber'],
    [503, 'Service Unavailable', 'failed'],
  ] as const)('who says %i %s: %s', async (status, reason, why) => {
    const sipp = await startSipp(refuses(status, reason));
    const line = forThisTest(await startSipPhone(sipp.port));
    line.phone.dial({ id: 'a', number: '204', target: 'phone', language: 'en' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ringing' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ended', why });
    await sipp.done;
  });

  it('who answers is hung up on with a BYE', async () => {
    const sipp = await startSipp(answers);
    const line = forThisTest(await startSipPhone(sipp.port));
    line.phone.dial({ id: 'a', number: '204', target: 'phone', language: 'en' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ringing' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'answered' });
    line.phone.hangUp('a');
    await sipp.done;
    expect(line.events.left).toEqual([]);
  });

  it('whom we give up is cancelled', async () => {
    const sipp = await startSipp(ringsUntilCancelled);
    const line = forThisTest(await startSipPhone(sipp.port));
    line.phone.dial({ id: 'a', number: '204', target: 'phone', language: 'en' });
    expect(await line.events.next()).toEqual({ leg: 'a', kind: 'ringing' });
    line.phone.hangUp('a');
    await sipp.done;
    expect(line.events.left).toEqual([]);
  });
});
