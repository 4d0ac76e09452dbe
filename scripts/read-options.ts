import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What a script was told, or an end with 64: `--nonsense`, and `--minutes -1`, in which Node sees two options. */
export function readOptions<Config extends ParseArgsConfig>(config: Config, usage: string) {
  try {
    return parseArgs(config);
  } catch {
    return endWith(usage);
  }
}

/** Ends a script that was told what it cannot do. */
export function endWith(usage: string): never {
  process.stderr.write(`${usage}\n`);
  process.exit(64);
}
