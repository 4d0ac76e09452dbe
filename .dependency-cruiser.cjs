// The folders' import directions (docs/architecture.md). A key is a folder; its list is what it may import beside itself.
const sources = '^(controller|drivers|sync|config|test|scripts)/';

/** A rule that `from` reaches nothing of ours outside `allowed`. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: from },
  to: { path: sources, pathNot: [from, ...allowed] },
});

const core = '^controller/core/';
const ports = '^controller/ports/';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-is-pure',
      severity: 'error',
      from: { path: [core, ports] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'core-uses-zod-only',
      severity: 'error',
      from: { path: [core, ports] },
      to: { path: 'node_modules/', pathNot: 'node_modules/zod/' },
    },
    only('core-imports-core', core, []),
    only('ports-import-core', ports, [core]),
    only('app-imports-core-ports', '^controller/app/', [core, ports]),
    only('store-imports-core-ports', '^controller/store/', [core, ports]),
    only('console-imports-core-ports', '^controller/console/', [core, ports]),
    only('ui-imports-view-model', '^controller/console/ui/', ['^controller/console/view-model\\.ts$']),
    ...['serial', 'osdp', 'wiegand', 'gpio', 'sip', 'salto'].map((driver) =>
      only(`driver-${driver}`, `^drivers/${driver}/`, ['^drivers/serial/', core, ports]),
    ),
    // The simulated reader speaks OSDP.
    only('driver-sim', '^drivers/sim/', ['^drivers/(serial|osdp)/', core, ports]),
    // The head-end's building file is YAML by hand like the configuration: one reader gives both their problem sentences.
    only('sync-imports-core-ports', '^sync/', [
      core,
      ports,
      '^config/(yaml-problems|did-you-mean|units)\\.ts$',
    ]),
    {
      name: 'protocol-is-inner',
      severity: 'error',
      from: { path: '^sync/protocol/' },
      to: { path: '^sync/', pathNot: '^sync/protocol/' },
    },
    {
      name: 'plan-is-pure',
      severity: 'error',
      from: { path: '^sync/plan/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'headend-and-device-meet-on-the-wire',
      severity: 'error',
      from: { path: '^sync/headend/' },
      to: { path: '^sync/(?!headend|protocol|plan|links/mqtt-connection\\.ts)' },
    },
    {
      name: 'device-knows-no-headend',
      severity: 'error',
      from: { path: '^sync/(?!headend)' },
      to: { path: '^sync/headend/' },
    },
    only('config-imports-itself', '^config/', []),
    {
      name: 'sqlite-has-two-owners',
      severity: 'error',
      from: { path: sources, pathNot: ['^controller/store/', '^sync/headend/', '^test/', '^scripts/bench/'] },
      to: { path: 'node_modules/better-sqlite3/' },
    },
    {
      name: 'sqlite-of-node-has-one-owner',
      severity: 'error',
      from: { path: sources, pathNot: ['^controller/store/', '^test/', '^scripts/'] },
      to: { path: '^(node:)?sqlite$' },
    },
    {
      name: 'doctor-judges-purely',
      severity: 'error',
      from: { path: '^controller/doctor/areas/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: sources, pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'nothing-imports-scripts',
      severity: 'error',
      from: { path: sources, pathNot: '^(scripts|test)/' },
      to: { path: '^scripts/' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
