/** What the page may ask: each body exactly so, and nothing beside it. */
import { z } from 'zod';

/** The longest entry code of the dataset has 12 digits. */
export const EntryRequest = z.strictObject({ digits: z.string().regex(/^[0-9]{1,12}$/) });

/** By POST, so that no name is ever in an address. */
export const SearchRequest = z.strictObject({ query: z.string() });

/** A resident by the id of an entry of the directory. */
export const CallRequest = z.union([
  z.strictObject({ resident: z.string().min(1) }),
  z.strictObject({ concierge: z.literal(true) }),
]);

/** The call is named, so that a late touch never ends the next guest's. */
export const EndCallRequest = z.strictObject({ call: z.string().min(1) });
