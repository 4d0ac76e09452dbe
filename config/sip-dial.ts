/** `phone.dial` as an address that can be called; each problem completes "must be …". */

const example = 'such as sip:{number}@{domain}';

/** @returns undefined for a template from which every number makes an address */
export function problemInDial(template: string): string | undefined {
  const braces = template.replaceAll(/\{(?:number|digits|domain)\}/g, '');
  if (/[{}]/.test(braces))
    return `a SIP address with nothing in braces but {number}, {digits} and {domain}, ${example}`;
  const [user = '', behind, ...more] = template.replace(/^sip:/, '').split('@');
  const host = behind?.replace(/[;?].*$/, '');
  if (user === '' || more.length > 0 || host === undefined || !isHost(host))
    return `a SIP address with one @, a user before it and a host behind it, ${example}`;
  return /\{(?:number|digits)\}/.test(template)
    ? undefined
    : `a SIP address with {number} or {digits} in it, ${example}`;
}

const isHost = (host: string): boolean =>
  /^(?:(?:[A-Za-z0-9._-]|\{domain\})+|\[[0-9A-Fa-f:.]+\])(?::[1-9]\d{0,4})?$/.test(host);

/** What a call's INVITE goes to first, without its port. */
export const firstHop = ({
  domain,
  dial,
  outboundProxy,
}: {
  readonly domain: string;
  readonly dial: string;
  readonly outboundProxy?: string | undefined;
}): string =>
  (outboundProxy ?? dial.replaceAll('{domain}', domain))
    .replace(/^sip:(?:[^@]*@)?/, '')
    .replace(/[;?].*$/, '')
    .replace(/:\d+$/, '');

/** `;transport=` of an address, lower case, if it names one. */
export const transportIn = (address: string): string | undefined =>
  /;transport=([^;?]*)/i.exec(address)?.[1]?.toLowerCase();

/** Nobody else reads what goes there. */
export const isThisMachine = (host: string): boolean =>
  /^(?:localhost|\[::1\]|127\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.test(host);
