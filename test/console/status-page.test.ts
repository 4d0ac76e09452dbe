import { expect, it } from 'vitest';
import { statusPage } from '../../controller/console/status-page.ts';
import { annsCode, householdShell, put } from '../support/controller-shell.ts';
import { aDoor } from '../support/rows.ts';

const text = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

it('the status page shows every door as it stands at this moment', () => {
  const shell = householdShell({ doors: ['lobby', 'garage'] });
  const page = () => text(statusPage(shell.lobby.status()));
  expect(page()).toContain('lobby Locked secured closed simulated');
  shell.type(annsCode);
  shell.wires().play({ kind: 'monitor', open: true });
  expect(page()).toContain('lobby Accessed released open');
  shell.wires('garage').play({ kind: 'monitor', open: true });
  expect(page()).toContain('garage Locked secured open alarm: DoorForcedOpen');
});

it('the status page says what is wrong with a door, and lets no text be more than text', () => {
  const shell = householdShell();
  shell.wires().play({ kind: 'fault', problem: '<b>wire</b> cut' });
  shell.publish(put('door', aDoor('lobby', { version: 2, interlockGroup: 'a & b' })));
  shell.problems.refresh();
  const html = statusPage(shell.lobby.status());
  expect(html).toContain(
    'fault: &lt;b&gt;wire&lt;/b&gt; cut; it is alone in the interlock &quot;a &amp; b&quot;',
  );
});

it('the status page loads itself anew and needs no script', () => {
  const html = statusPage(householdShell().lobby.status());
  expect(html).toContain('<meta http-equiv="refresh" content="2">');
  expect(html).not.toContain('<script');
});
