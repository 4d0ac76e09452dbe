import type { LegEnd } from '../../controller/core/call/line.ts';

/** SIP final responses (RFC 3261, 21) that say something of the called person; the rest are the line's fault. */
const byStatus: Readonly<Record<string, LegEnd>> = {
  '486': 'busy',
  '600': 'busy',
  '603': 'declined',
  '408': 'unavailable',
  '480': 'unavailable',
  '404': 'unknownNumber',
  '410': 'unknownNumber',
  '484': 'unknownNumber',
  '604': 'unknownNumber',
};

/**
 * Why a call has closed.
 * @param param of CALL_CLOSED: `486 Busy Here`, or the engine's own words such as `Connection reset by peer` (a BYE)
 */
export function legEndOf(param: string, answered: boolean): LegEnd {
  if (answered) return param === 'Connection reset by peer' ? 'hungUp' : 'failed';
  const [, status = ''] = /^(\d{3})(?: |$)/.exec(param) ?? [];
  return byStatus[status] ?? 'failed';
}
