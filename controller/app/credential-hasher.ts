import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { bitsForm, codeForm, textForm } from '../core/hash-forms.ts';
import type { Presented } from '../ports/access-control.ts';

/** HMAC-SHA256 under the site key over the credential's canonical form (DESIGN section 3). */
export class CredentialHasher {
  readonly #siteKey: KeyObject;

  constructor(siteKey: Uint8Array) {
    this.#siteKey = createSecretKey(siteKey);
  }

  hash(presented: Presented): string {
    return createHmac('sha256', this.#siteKey).update(formOf(presented)).digest('hex');
  }
}

function formOf(presented: Presented): string {
  switch (presented.kind) {
    case 'code':
      return codeForm(presented.digits);
    case 'bits':
      return bitsForm(presented.bits, presented.hex);
    case 'text':
      return textForm(presented.line);
    default:
      return presented satisfies never;
  }
}
