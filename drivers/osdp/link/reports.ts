import type { Reply } from '../messages/reply.ts';
import type { LinkReport, LinkState } from './link-state.ts';

/** What a peripheral's answer tells the application; states only when they have changed. */
export function reported(
  state: LinkState,
  reply: Reply,
): { readonly state: LinkState; readonly report?: LinkReport } {
  switch (reply.kind) {
    case 'RAW': {
      const { reader, bits, data } = reply;
      return { state, report: { kind: 'card', reader, bits, hex: data.toHex() } };
    }
    case 'KEYPAD':
      return { state, report: { kind: 'keys', reader: reply.reader, keys: reply.keys } };
    case 'LSTATR': {
      const { tamper, powerFailure } = reply;
      return changed(state, { kind: 'local', tamper, powerFailure });
    }
    case 'ISTATR':
      return changed(state, { kind: 'inputs', active: reply.active });
    case 'OSTATR':
      return changed(state, { kind: 'outputs', active: reply.active });
    case 'RSTATR':
      return changed(state, { kind: 'readers', readers: reply.readers });
    case 'ACK':
    case 'NAK':
    case 'BUSY':
    case 'PDID':
    case 'PDCAP':
    case 'COM':
    case 'CCRYPT':
    case 'RMAC_I':
      return { state };
    default:
      return reply satisfies never;
  }
}

function changed(
  state: LinkState,
  report: LinkReport,
): { readonly state: LinkState; readonly report?: LinkReport } {
  const text = JSON.stringify(report);
  if (state.reported[report.kind] === text) return { state };
  return { state: { ...state, reported: { ...state.reported, [report.kind]: text } }, report };
}
