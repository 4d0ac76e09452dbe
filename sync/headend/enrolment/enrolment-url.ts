import { HeadEndError } from '../head-end-error.ts';

/** @throws HeadEndError `badInput` unless it is an https URL of nothing but host and port. */
export function checkEnrolmentUrl(text: string): { readonly host: string; readonly port: number } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain = url !== undefined && url.protocol === 'https:' && `${url.origin}/` === url.href;
  if (!plain) {
    throw new HeadEndError(
      'badInput',
      'The address of the enrolment service must be a URL like https://head-end.example:8443.',
    );
  }
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(url.port || 443) };
}
