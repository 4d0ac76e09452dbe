/** `vestibule-headend confirm` at a terminal, where it asks whether the console shows the same digits. */
import { expect, it } from 'vitest';
import { RunningCommand } from '../support/command.ts';
import { enrolmentService, NewConsole } from '../support/enrolment-service.ts';
import { forThisTest } from '../support/for-this-test.ts';
import { openPty } from '../support/serial/pty.ts';

/** The command at a terminal of its own, which has asked about a console that waits. */
async function asked() {
  const service = await enrolmentService();
  const console = new NewConsole();
  const { id, code } = service.pair();
  const outcome = console.enrol(service.url, code);
  const { fingerprint } = await console.waiting;
  const terminal = openPty();
  const question = Promise.withResolvers<void>();
  let shown = '';
  terminal.onBytes((bytes) => {
    shown += Buffer.from(bytes).toString();
    if (shown.includes('[y/N]')) question.resolve();
  });
  const args = ['--state', service.headEnd.stateDir, 'confirm', id, '--device', 'lobby'];
  const atTerminal = ['sh', '-c', `exec "$@" <> ${terminal.path} >&0`, 'sh'];
  const confirm = forThisTest(
    new RunningCommand('scripts/bin/vestibule-headend.mjs', args, { through: atTerminal }),
  );
  await Promise.race([question.promise, confirm.finished()]);
  expect(shown).toContain(`Does the console show ${fingerprint.slice(0, 3)} ${fingerprint.slice(3)}?`);
  return {
    service,
    id,
    outcome,
    console,
    answer: (text: string) => {
      terminal.write(Buffer.from(text));
      return confirm.finished();
    },
  };
}

it.each([
  ['n', 'n\r'],
  ['nothing but Enter', '\r'],
  ['Ctrl-C', '\u0003'],
  ['Ctrl-D', '\u0004'],
])('takes %s for a no: nothing is confirmed, and the console waits on', async (_, typed) => {
  const { service, id, outcome, console, answer } = await asked();
  expect(await answer(typed)).toMatchObject({
    code: 65,
    stderr: `Not confirmed; if the console shows other digits, refuse it with: vestibule-headend pair --refuse ${id}\n`,
  });
  expect(service.books.waiting()).toMatchObject([{ pairing: id }]);
  console.interrupt();
  await outcome;
});

it('takes y for a yes', async () => {
  const { outcome, answer } = await asked();
  expect(await answer('y\r')).toMatchObject({ code: 0, stderr: '' });
  expect(await outcome).toMatchObject({ kind: 'enrolled', device: 'lobby' });
});
