import { expect, it } from 'vitest';
import { statusPage } from '../../controller/console/status-page.ts';
import { describePhone } from '../../controller/console/status-words.ts';
import type { ReaderStatus } from '../../controller/ports/reader.ts';
import { annsCode, householdShell, put } from '../support/controller-shell.ts';
import { aDoor } from '../support/rows.ts';

const text = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

it('the status page shows every door as it stands at this moment', () => {
  const shell = householdShell({ doors: ['lobby', 'garage'] });
  const page = () => text(statusPage(shell.lobby.status()));
  expect(page()).toContain('lobby (simulated) Locked secured closed');
  shell.type(annsCode);
  shell.wires().play({ kind: 'monitor', open: true });
  expect(page()).toContain('lobby (simulated) Accessed released open');
  shell.wires('garage').play({ kind: 'monitor', open: true });
  expect(page()).toContain('garage Locked secured open ALARM: DoorForcedOpen');
});

it('the status page says what is wrong with a door, and lets no text be more than text', () => {
  const shell = householdShell();
  shell.wires().play({ kind: 'fault', problem: '<b>wire</b> cut' });
  shell.publish(put('door', aDoor('lobby', { version: 2, interlockGroup: 'a & b' })));
  shell.problems.refresh();
  const html = statusPage(shell.lobby.status());
  expect(html).toContain('<li>FAULT: &lt;b&gt;wire&lt;/b&gt; cut</li>');
  expect(html).toContain('<li>it is alone in the interlock &quot;a &amp; b&quot;');
});

it('the status page shows every reader with what is wrong with it', () => {
  const device = { vendor: '00068e', model: 1, version: 2, serial: 77, firmware: '1.2.3' };
  const hall = { id: 'hall', door: 'lobby', state: 'online', keyed: true, device } as const;
  const of = (reader: ReaderStatus) =>
    text(statusPage({ ...householdShell().lobby.status(), readers: [reader] }));
  expect(of(hall)).toContain('hall lobby online vendor 00068e, firmware 1.2.3 Clock');
  expect(of({ ...hall, tamper: true, powerFailing: true, problem: 'it is silent' })).toContain(
    'firmware 1.2.3 TAMPER POWER FAILING FAULT: it is silent Clock',
  );
});

it('the status page loads itself anew and needs no script', () => {
  const html = statusPage(householdShell().lobby.status());
  expect(html).toContain('<meta http-equiv="refresh" content="2">');
  expect(html).not.toContain('<script');
});

it.each([
  ['tls', true, 'ready over tls (certificate verified), sound encrypted'],
  [
    'udp',
    true,
    'ready over udp, sound encrypted, with its key in clear as far as the SIP edge on this machine',
  ],
  ['udp', false, 'ready over udp, sound in clear'],
] as const)('the phone over %s, with SRTP %s, is called no safer than it is', (transport, srtp, words) => {
  const line = { transport, srtp, tlsVerified: transport === 'tls' };
  expect(describePhone({ simulated: false, line })).toBe(words);
});
