import type { Identity } from '../../../sync/links/identity.ts';
import { probeBroker } from '../../../sync/links/probe-broker.ts';
import { downFilter } from '../../../sync/protocol/topics.ts';
import { systemTimers } from '../../app/system-clock.ts';
import { type ControllerFacts, statusOf } from '../areas/controller.ts';
import type { LinkFacts } from '../areas/link.ts';

/**
 * A running controller is asked: two connections by one name throw each other out. Where one holds the folder and does
 * not answer, only the way to the broker is tried. Otherwise doctor connects as this device, and says nothing there.
 */
export async function readLink(
  identity: Identity | undefined,
  controller: ControllerFacts,
  stepMs: number,
): Promise<LinkFacts> {
  const status = statusOf(controller);
  if (status !== undefined) return { kind: 'running', link: status.link };
  if (identity === undefined) return { kind: 'notProbed' };
  const { device, brokerUrl, tls } = identity;
  const probe = await probeBroker({
    endpoint: { url: brokerUrl, clientId: device, ...(tls === undefined ? {} : { tls }) },
    ...(controller.locked === false ? { filter: downFilter(device) } : {}),
    timers: systemTimers,
    stepMs,
  });
  return { kind: 'probed', probe };
}
