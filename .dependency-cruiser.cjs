/**
 * Who may import whom. The same table, with its reasons, is in docs/architecture.md.
 *
 * Each rule is shown able to fail in test/architecture.test.ts: a new rule needs a line there.
 */

/** A rule that lets a room import only what `allowed` matches, and types of what `allowedTypes` matches. */
function room(name, from, allowed, allowedTypes) {
  const outside = `^(${allowed.join('|')})`;
  if (!allowedTypes) return [{ name, severity: 'error', from: { path: from }, to: { pathNot: outside } }];
  return [
    {
      name,
      severity: 'error',
      from: { path: from },
      to: { pathNot: [outside, `^(${allowedTypes.join('|')})`] },
    },
    {
      name: `${name}-types`,
      severity: 'error',
      from: { path: from },
      to: { path: `^(${allowedTypes.join('|')})`, pathNot: outside, dependencyTypesNot: ['type-only'] },
    },
  ];
}

/** npm packages and Node's own modules, as dependency-cruiser names what it resolves. */
const npm = (...names) => `node_modules/(${names.join('|')})/`;
const ANY_PACKAGE = 'node_modules/(?!@temporalio/)';
const NODE =
  '(node:)?(assert|async_hooks|buffer|child_process|crypto|events|fs|http|https|module|net|os|path|process|readline|stream|string_decoder|timers|tls|url|util|worker_threads|zlib)(/|$)';

/** Rooms that touch the world: they know themselves and the domain, never each other and never Temporal. */
const adapters = ['genesys', 'objects', 'warehouse', 'custody', 'listener'].flatMap((name) =>
  room(
    `${name}-is-on-its-own`,
    `^src/${name}/`,
    [`src/${name}/`, 'src/domain/', 'src/telemetry/', ANY_PACKAGE, NODE],
    ['src/config/'],
  ),
);

module.exports = {
  forbidden: [
    ...room('domain-is-pure', '^src/domain/', [
      'src/domain/',
      npm('zod', 'temporal-polyfill', 'canonicalize', '@noble/hashes'),
    ]),
    ...room(
      'workflows-only-decide',
      '^workflows/',
      ['workflows/', 'src/domain/', npm('@temporalio/workflow', '@temporalio/common')],
      ['activities/', npm('zod')],
    ),
    ...room('activities-are-the-edge', '^activities/', [
      'activities/',
      'src/(?!cli/|simulator/|temporal/)',
      ANY_PACKAGE,
      npm('@temporalio/(activity|client|common)'),
      NODE,
    ]),
    ...room(
      'publish-reads-any-warehouse',
      '^src/publish/',
      ['src/publish/', 'src/objects/', 'src/domain/', 'src/telemetry/', 'src/warehouse/[^/]+$', ANY_PACKAGE, NODE],
      ['src/config/'],
    ),
    ...room('datasets-know-no-temporal', '^src/datasets/', [
      'src/datasets/',
      'src/domain/',
      'src/genesys/',
      ANY_PACKAGE,
      NODE,
    ]),
    ...adapters,
    ...room(
      'simulator-shares-nothing',
      '^src/simulator/',
      ['src/simulator/', ANY_PACKAGE.replace('@temporalio/', '@temporalio/|purecloud-platform-client-v2/'), NODE],
      ['src/domain/'],
    ),
    ...room('config-knows-no-temporal', '^src/config/', [
      'src/config/',
      'src/domain/',
      'src/genesys/genesysClientConfig',
      ANY_PACKAGE,
      NODE,
    ]),
    ...room('telemetry-knows-nothing', '^src/telemetry/', ['src/telemetry/', 'src/domain/', ANY_PACKAGE, NODE]),
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      from: { pathNot: '^(src/cli/|test/)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'product-knows-no-tests',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/' },
      to: { path: '^test/' },
    },
    {
      name: 'product-needs-no-development-package',
      severity: 'error',
      from: { path: '^(src|workflows|activities)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'imports-resolve', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    // Without it, cycles inside packages are reported as ours.
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|\\.rosterline)/' },
    // Types count too; type-only imports are told apart from others.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
