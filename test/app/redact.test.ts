import { describe, expect, it } from 'vitest';
import { createLogger } from '../../controller/logging.ts';

const hash = 'a3'.repeat(32);

function logged(fields: object, message: string): string {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line: string) => lines.push(line) });
  log.info(fields, message);
  return lines.join('');
}

describe('the log', () => {
  it.each([
    ['a code in a field of that name', { digits: '482913' }, 'typed', '482913'],
    ['a code that stands alone in any field', { anything: '482913' }, 'typed', '482913'],
    ['a hash deep in an object', { row: { inner: { value: hash } } }, 'row', hash],
    ['a hash in the message', {}, `no row with ${hash}`, hash],
    ['a phone number in a list', { numbers: ['+15145550123'] }, 'call', '+15145550123'],
    ['a phone number in an error', { err: new Error('busy: +15145550123') }, 'call', '+15145550123'],
    ['the form that is hashed', {}, 'hashing code:482913', '482913'],
    ['a code in an extension-length field', { phone: '123' }, 'call', '123'],
  ])('strikes out %s', (_, fields, message, secret) => {
    const line = logged(fields, message);
    expect(line).not.toContain(secret);
    expect(line).toContain('[redacted]');
  });

  it('keeps what an operator needs', () => {
    const line = logged({ door: 'front', seq: 482_913, problem: 'the broker refused' }, 'cloud link');
    expect(JSON.parse(line)).toMatchObject({
      level: 'info',
      door: 'front',
      seq: 482_913,
      problem: 'the broker refused',
    });
  });
});
