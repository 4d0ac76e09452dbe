import { describe, expect, it } from 'vitest';
import { denyReasons } from '../../controller/core/access/decision.ts';
import { type Order, orderRefusal } from '../../sync/headend/cli/order-refusals.ts';

const told = (reason: string | undefined, order: Partial<Order> = { door: 'front' }) =>
  orderRefusal(reason === undefined ? {} : { reason }, { device: 'lobby', ...order });

describe('what is told of an order that a console has not carried out', () => {
  it.each([
    ['session', /connected anew .*; try again\./],
    ['n', /later order .*; try again\./],
    ['expired', /too late; look at the network .* try again\./],
    ['life', /same release\./],
    ['future', /ahead of the clock .*timedatectl/],
    ['noClock', /does not know the time yet, .*; try again in a few seconds\./],
    ['unknownOp', /does not know this order; bring it to the release/],
    ['badArguments', /does not drive the door front; name the console that does with --device/],
    ['aborted', /was cut off .*; try again\./],
    ['storageFault', /disk .* refused, .*; run vestibule doctor there\./],
    ['doorFault', /lock of the door front does not obey .*; look at its wiring/],
  ])('for %s is what happened at which console, the way out, and the reason', (reason, sentence) => {
    expect(told(reason)).toMatch(sentence);
    expect(told(reason)).toMatch(new RegExp(`^[^\\n]*lobby[^\\n]*\\. \\[${reason}\\]$`));
  });

  it('names the time that may be over, and no door where the order concerns none', () => {
    const until = '2026-11-22T14:05:00.000Z';
    expect(told('badArguments', { door: 'front', until })).toContain(`, or its clock is past ${until};`);
    expect(told('badArguments', {})).toMatch(/^lobby does not understand this order; .* same release\./);
  });

  it('is nothing for a decision about access, a call that is over, or a reason of a later release', () => {
    const by = { kind: 'guest' };
    for (const reason of [...denyReasons, 'noSuchCall', 'alreadyAnswered', 'constructor', undefined]) {
      expect(told(reason, { door: 'front', by })).toBeUndefined();
    }
  });
});
