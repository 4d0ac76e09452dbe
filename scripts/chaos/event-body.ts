import type { EventRow } from './evidence.ts';

interface RowVersion {
  readonly table: string;
  readonly id: string;
  readonly version: number;
}

/** The fields of an event's body that the checks look at; each type of event has some of them. */
export interface EventBody {
  readonly type: string;
  readonly boot: string;
  readonly time: string;
  readonly door?: string;
  readonly credential?: string;
  readonly command?: string;
  readonly explanation?: {
    readonly rows: readonly RowVersion[];
    readonly dataset: { readonly epoch: number; readonly seq: number };
  };
  readonly table?: string;
  readonly id?: string;
  readonly maxVersion?: number;
  readonly scope?: string;
  readonly on?: boolean;
  readonly message?: string;
  readonly reason?: string;
}

export const bodyOf = ({ body }: EventRow): EventBody => JSON.parse(body) as EventBody;
