import { refusalBody } from './refusals.ts';

/** On every answer. Scripts, styles and images come from this console and nowhere else, none inline. */
export const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** For bytes that are not HTTP: there is no reply object to answer with. */
export const rawBadRequest = [
  'HTTP/1.1 400 Bad Request',
  'content-type: application/json; charset=utf-8',
  ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
  'connection: close',
  '',
  JSON.stringify(refusalBody('badRequest')),
].join('\r\n');
