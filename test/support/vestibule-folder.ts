import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cloudKeys } from './cloud-keys.ts';
import { exampleConfig } from './example-config.ts';
import { freePort } from './free-port.ts';
import { fillIdentityFolder } from './identity-folder.ts';
import { tempDir } from './store.ts';

export interface VestibuleFolder {
  /** The example's configuration with ports that are free, unless `edit` made something else of it. */
  readonly configFile: string;
  readonly stateDir: string;
  readonly port: number;
}

/** What an installer has before the first start: a configuration, and an identity whose broker is not there. */
export async function vestibuleFolder({
  edit = (yaml) => yaml,
  enrolled = true,
  folder = tempDir(),
}: {
  readonly edit?: (yaml: string) => string;
  readonly enrolled?: boolean;
  readonly folder?: string;
} = {}): Promise<VestibuleFolder> {
  const port = await freePort();
  const configFile = join(folder, 'vestibule.yaml');
  const stateDir = join(folder, 'state');
  writeFileSync(configFile, edit(exampleConfig({ port, phonePort: await freePort() })));
  if (enrolled) {
    const broker = 'mqtt://127.0.0.1:1';
    fillIdentityFolder(join(stateDir, 'identity'), { device: 'console-1', broker, keys: cloudKeys() });
  }
  return { configFile, stateDir, port };
}
