import type { ShipCall } from './call.ts';
import { saltoLocalTime } from './local-time.ts';
import { textOf, type XmlElement } from './xml.ts';

export const infoCall: ShipCall = { name: 'GetInfo', params: [] };

export interface ShipInfo {
  /** `SHIP` where the server is one. */
  readonly protocol: string | undefined;
  readonly version: string | undefined;
  /** The server's wall time, without a zone. */
  readonly localTime: string | undefined;
}

export const infoOf = (params: XmlElement): ShipInfo => ({
  protocol: textOf(params, 'ProtocolID'),
  version: textOf(params, 'ProtocolVersion'),
  localTime: saltoLocalTime(textOf(params, 'DateTime')),
});
