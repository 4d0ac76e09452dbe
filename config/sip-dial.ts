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
  if (!/\{(?:number|digits)\}/.test(template))
    return `a SIP address with {number} or {digits} in it, ${example}`;
  const emergency = emergencyIn(user);
  return emergency === undefined
    ? undefined
    : `a SIP address whose own digits do not make an emergency call (${emergency}) of every number, ${example}`;
}

/**
 * The emergency number that the user part begins with, whatever is called: the console places no such call, or a PBX that
 * looks at the first digits answers it as one. 11 and a country code are 111 to 119, each of which is one somewhere, unless
 * a # is in between; 11 and a suite are a longer suite.
 */
function emergencyIn(user: string): string | undefined {
  const [dialled = ''] = user.split(/[:;]/);
  const unescaped = dialled.replaceAll(/%([\dA-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const [own = '', form] = unescaped.split(/\{(number|digits)\}/);
  // What begins with a plus is E.164.
  const digits = own.replaceAll(/[^\d+]/g, '');
  const isElevenAndAll = digits === '11' && form === 'digits' && !/[#*]/.test(own);
  return /^(?:112|911|999)/.exec(digits)?.[0] ?? (isElevenAndAll ? '112' : undefined);
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
