import { cruise } from 'dependency-cruiser';
import config from '../.dependency-cruiser.cjs';

/** Fails on a violated import direction, and on a parser that saw nothing (which would pass everything). */
const sources = ['controller', 'drivers', 'sync', 'config', 'test', 'scripts'];

const { output } = await cruise(sources, {
  ...config.options,
  ruleSet: { forbidden: config.forbidden },
  validate: true,
});
if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of a result');
for (const { rule, from, to } of output.summary.violations) {
  process.stderr.write(`${rule.name}: ${from} must not import ${to}\n`);
}
const seen = output.modules.filter((module) =>
  sources.some((folder) => module.source.startsWith(`${folder}/`)),
);
const withImports = seen.filter((module) => module.dependencies.length > 0).length;
process.stdout.write(`layers: ${seen.length} modules, ${output.summary.violations.length} violations\n`);
if (withImports === 0) {
  process.stderr.write('layers: no module with an import was seen; is the swc parser installed?\n');
  process.exitCode = 1;
}
if (output.summary.error > 0) process.exitCode = 1;
