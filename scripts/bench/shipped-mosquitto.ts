import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Mosquitto with the configuration that is shipped, on the loopback address, with the certificates of that folder;
 * `moreAccess` is added to its access list.
 */
export async function shippedMosquitto(
  folder: string,
  port: number,
  { building, moreAccess }: { readonly building: string; readonly moreAccess: string },
): Promise<ChildProcess> {
  const shipped = (name: string): string =>
    readFileSync(new URL(`../../config/mosquitto/${name}`, import.meta.url), 'utf8');
  const acl = join(folder, 'vestibule.acl');
  writeFileSync(
    acl,
    `${shipped('vestibule.acl').replace('headend-le-sextant', `headend-${building}`)}${moreAccess}`,
  );
  const file = join(folder, 'mosquitto.conf');
  const asRoot = process.getuid?.() === 0 ? 'user root\n' : '';
  const config = shipped('mosquitto.conf')
    .replace(/^listener 8883$/m, `listener ${port} 127.0.0.1`)
    .replace('/etc/mosquitto/vestibule.acl', acl)
    .replaceAll('/etc/mosquitto/vestibule/', `${folder}/`);
  writeFileSync(file, `${asRoot}${config}`);
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
  const broker = spawn('mosquitto', ['-c', file], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`mosquitto ${why}: ${said.join('\n')}`));
    broker.once('error', () => fail('cannot be started'));
    broker.once('close', (code) => fail(`ended with ${code}`));
    // Several lines may come in one piece: whoever awaits them one by one hears only its first.
    createInterface({ input: broker.stderr }).on('line', (line) => {
      said.push(line);
      if (line.includes(' running')) resolve();
    });
  });
  return broker;
}
