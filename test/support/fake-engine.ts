import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SipFolder } from './sip-site.ts';

/** A program in baresip's place that reads the control port out of its configuration, and then does as `onConnection` says. */
export function fakeEngine(folder: SipFolder, body: string): string {
  const file = join(folder.path, 'engine');
  const script = `#!${process.execPath}
const { readFileSync } = require('node:fs');
const [, port] = /^ctrl_tcp_listen 127.0.0.1:(\\d+)$/m.exec(readFileSync(process.argv[3] + '/config', 'utf8'));
const serve = (onConnection) => require('node:net').createServer(onConnection).listen(Number(port), '127.0.0.1');
${body}
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
}

/** As `fakeEngine` in its first life; from the second on it is baresip. */
export const engineOnceFake = (folder: SipFolder, body: string): string =>
  fakeEngine(
    folder,
    `const { existsSync, writeFileSync } = require('node:fs');
const lived = __filename + '.lived';
if (existsSync(lived)) process.execve('/usr/bin/baresip', ['baresip', ...process.argv.slice(2)], process.env);
writeFileSync(lived, '');
${body}`,
  );
