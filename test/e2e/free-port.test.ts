import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { claimPort, freePort } from '../../scripts/free-port.ts';

const another = `
  const { freePort } = await import('./scripts/free-port.ts');
  console.log(await freePort());
  setInterval(() => {}, 60_000);
`;

it('a free port is given to one process only, for as long as that lives', async () => {
  expect(await claimPort(await freePort())).toBe(false);

  const child = spawn(process.execPath, ['--input-type=module', '--eval', another], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  expect(await claimPort(Number(port))).toBe(false);

  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
  expect(await claimPort(Number(port))).toBe(true);
});
