import { pathToFileURL } from 'node:url';
import { cruise, type IViolation } from 'dependency-cruiser';
import config from '../.dependency-cruiser.cjs';

const sources = ['controller', 'drivers', 'sync', 'config', 'test', 'scripts'];

export interface LayerCheck {
  /** Modules of ours that import something: 0 means that the parser saw nothing, which would pass everything. */
  readonly modules: number;
  readonly violations: readonly IViolation[];
}

/** Checks the folders' import directions below `baseDir` (this project by default). */
export async function checkLayers(baseDir = process.cwd()): Promise<LayerCheck> {
  const options = { ...config.options, baseDir, ruleSet: { forbidden: config.forbidden }, validate: true };
  const { output } = await cruise(sources, options);
  if (typeof output === 'string')
    throw new Error('dependency-cruiser answered with text instead of a result');
  const seen = output.modules.filter(
    ({ source, dependencies }) =>
      dependencies.length > 0 && sources.some((folder) => source.startsWith(`${folder}/`)),
  );
  return { modules: seen.length, violations: output.summary.violations };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { modules, violations } = await checkLayers();
  for (const { rule, from, to } of violations) {
    process.stderr.write(`${rule.name}: ${from} must not import ${to}\n`);
  }
  process.stdout.write(`layers: ${modules} modules, ${violations.length} violations\n`);
  if (modules === 0)
    process.stderr.write('layers: no module with an import was seen; is the swc parser installed?\n');
  if (modules === 0 || violations.length > 0) process.exitCode = 1;
}
