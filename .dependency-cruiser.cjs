/**
 * Who may import whom. The table with its reasons is in docs/architecture.md; this is what fails the build.
 * Imports of types count: a layer that only names another's types is bound to it all the same.
 */

const SPECS = String.raw`\.(spec|fixture|conformance)\.[cm]?[jt]s$`;
const CONTEXT_LAYERS = [
  'model',
  'repository',
  'producer',
  'cache',
  'service',
  'consumer',
  'http',
  'load-test',
];

/** Layers of its own context that each layer may import; all but the model may also import the platform. */
const ROOMS = {
  repository: ['model'],
  producer: ['model'],
  cache: ['model', 'repository'],
  service: ['model', 'repository', 'cache', 'producer'],
  consumer: ['model', 'service'],
  http: ['model', 'service'],
  'load-test': ['model', 'producer'],
};

/** `platform` is no context, though it holds folders of the same names; nor are `simulation` and `doctor`, which stand beside the program. */
const CONTEXT = 'src/(?!platform/|simulation/|doctor/)';

/** A file of a layer, of any context. */
const inLayer = (layer) => `^${CONTEXT}([^/]+)/${layer}/`;

/**
 * The rules of all layers but the model.
 *
 * @param home folder that the contexts stand in
 * @param contexts pattern of what stands before a context's name
 */
const layerRules = (prefix, home, contexts) =>
  Object.entries(ROOMS).map(([room, others]) => ({
    name: `${prefix}${room}-imports`,
    comment: `${room} may import ${[...others, 'platform'].join(', ')}, its context's settings and itself.`,
    severity: 'error',
    from: { path: `^${contexts}([^/]+)/${room}/`, pathNot: SPECS },
    to: {
      path: '^(src|migrations|scripts|test|bench)/',
      pathNot: [
        `^(src/platform|${home}/$1/(${[room, ...others].join('|')}))/`,
        String.raw`^${home}/$1/$1\.settings\.ts$`,
      ],
    },
  }));

/** The examples keep to the layers as if they stood in src. */
const roomRules = [
  ...layerRules('', 'src', CONTEXT),
  ...layerRules('example-', 'test/contexts', 'test/contexts/'),
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Files that import each other cannot be understood, tested or loaded alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports and that imports nothing is not part of the program.',
      severity: 'error',
      // A sabotage is loaded into the program that was built, and imports that alone.
      from: {
        orphan: true,
        path: '^(src|migrations|scripts|test|bench)/',
        pathNot: [String.raw`\.d\.ts$`, '^test/faults/sabotage/'],
      },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'model-imports-validation-only',
      comment:
        'The model is the one thing that everything else may lean on; it leans on the kit that models are made of.',
      severity: 'error',
      from: { path: inLayer('model'), pathNot: SPECS },
      to: { path: '^(src|migrations|scripts|test|bench)/', pathNot: '^src/($1/model|platform/validation)/' },
    },
    {
      name: 'validation-imports-nothing-of-the-project',
      comment: 'Models import it, so what it imported they would lean on too.',
      severity: 'error',
      from: { path: '^src/platform/validation/', pathNot: SPECS },
      to: { path: '^(src|migrations|scripts|test|bench)/', pathNot: '^src/platform/validation/' },
    },
    {
      name: 'validation-imports-class-validator-only',
      severity: 'error',
      from: { path: '^src/platform/validation/', pathNot: SPECS },
      to: { dependencyTypesNot: ['local', 'core'], pathNot: '(^|/)node_modules/class-validator/' },
    },
    {
      name: 'model-imports-class-validator-only',
      comment:
        "Node's own modules aside. A model's module is what Nest takes it in by, and may know Nest for that.",
      severity: 'error',
      from: { path: inLayer('model'), pathNot: [SPECS, String.raw`\.module\.ts$`] },
      to: { dependencyTypesNot: ['local', 'core'], pathNot: '(^|/)node_modules/class-validator/' },
    },
    {
      name: 'model-module-imports-nest-only',
      severity: 'error',
      from: { path: String.raw`^src/(?!platform/)[^/]+/model/.*\.module\.ts$` },
      to: {
        dependencyTypesNot: ['local', 'core'],
        pathNot: '(^|/)node_modules/(class-validator|@nestjs/common)/',
      },
    },
    ...roomRules,
    {
      name: 'context-folders-are-layers',
      comment: `The layers are ${CONTEXT_LAYERS.join(', ')}; a file in another folder would have no rule.`,
      severity: 'error',
      from: {},
      to: {
        path: `^${CONTEXT}[^/]+/.`,
        pathNot: `^src/[^/]+/((${CONTEXT_LAYERS.join('|')})/|[^/]+$)`,
      },
    },
    {
      name: 'context-module-imports-its-own',
      comment: 'What stands in the context folder itself puts its layers together, for app.module.ts.',
      severity: 'error',
      from: { path: `^${CONTEXT}([^/]+)/[^/]+$`, pathNot: SPECS },
      to: { path: '^(src|migrations|scripts|test|bench)/', pathNot: '^src/(platform|$1)/' },
    },
    {
      name: 'settings-import-their-kinds-only',
      comment: 'The layers of a context import its settings, which must not lead back to them.',
      severity: 'error',
      from: { path: String.raw`^src/(?!platform/)[^/]+/[^/]+\.settings\.ts$` },
      to: { path: '^(src|migrations|scripts|test|bench)/', pathNot: '^src/platform/config/' },
    },
    {
      name: 'contexts-meet-in-events',
      comment: 'One context never imports another.',
      severity: 'error',
      from: { path: `^${CONTEXT}([^/]+)/`, pathNot: SPECS },
      to: { path: '^src/[^/]+/', pathNot: '^src/(platform|$1)/' },
    },
    {
      name: 'simulation-sends-what-others-would',
      comment:
        'It makes lives of orders up as orders do, reads whose secrets it signs with, and reaches nothing else of a context.',
      severity: 'error',
      from: { path: '^src/simulation/', pathNot: SPECS },
      to: {
        path: '^(src|migrations|scripts|test|bench)/',
        pathNot: [
          '^src/(simulation|platform)/',
          '^src/orders/producer/lives/',
          String.raw`^src/[^/]+/[^/]+\.settings\.ts$`,
        ],
      },
    },
    {
      name: 'simulation-is-started-from-above',
      comment: 'The program runs without it.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: ['^src/simulation/', SPECS] },
      to: { path: '^src/simulation/' },
    },
    {
      name: 'doctor-looks-at-connections',
      comment:
        'It tries what the platform connects to; what a context connects to is tried by a check that the context brings.',
      severity: 'error',
      from: { path: '^src/doctor/', pathNot: SPECS },
      to: {
        path: '^(src|migrations|scripts|test|bench)/',
        pathNot: '^src/(doctor|platform)/',
      },
    },
    {
      name: 'doctor-is-called-from-above',
      comment: 'The program runs without it.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: ['^src/doctor/', SPECS] },
      to: { path: '^src/doctor/' },
    },
    {
      name: 'platform-knows-no-context',
      severity: 'error',
      from: { path: '^src/platform/', pathNot: SPECS },
      to: { path: '^(src|migrations|scripts|test|bench)/', pathNot: '^src/platform/' },
    },
    {
      name: 'dead-letters-are-above-messaging',
      comment:
        'A room of the platform that refuses events gets them by messaging/refused-events.ts; only the platform module puts the dead letters in.',
      severity: 'error',
      from: { path: '^src/platform/(?!dead-letters/)[^/]+/', pathNot: SPECS },
      to: { path: '^src/platform/dead-letters/' },
    },
    {
      name: 'webhooks-import-bodies-and-problems-only',
      comment: 'Who may send is said of a request and its bytes, whatever they are about.',
      severity: 'error',
      from: { path: '^src/platform/http/webhooks/', pathNot: SPECS },
      to: {
        path: '^(src|migrations|scripts|test|bench)/',
        pathNot: String.raw`^src/platform/http/(webhooks/|(problem|json-request\.decorator)\.ts$)`,
      },
    },
    {
      name: 'embedded-postgres-is-started-from-above',
      comment: 'All others are told how their PostgreSQL is reached, and not whose it is.',
      severity: 'error',
      from: { path: String.raw`^src/(?!platform/(embedded-postgres/|postgres\.ts$))`, pathNot: SPECS },
      to: { path: '^src/platform/embedded-postgres/' },
    },
    {
      name: 'embedded-postgres-imports',
      comment: 'It runs a server, and knows of the program only what a connection is.',
      severity: 'error',
      from: { path: '^src/platform/embedded-postgres/', pathNot: SPECS },
      to: {
        path: '^(src|migrations|scripts|test|bench)/',
        pathNot: String.raw`^src/platform/(embedded-postgres/|database/connection-settings\.ts$)`,
      },
    },
    {
      name: 'failures-import-nothing-of-the-project',
      comment: 'Every adapter says here what its errors are, so the room leans on none of them.',
      severity: 'error',
      from: { path: '^src/platform/failures/', pathNot: SPECS },
      to: { path: '^(src|migrations|scripts|test|bench)/', pathNot: '^src/platform/failures/' },
    },
    {
      name: 'only-the-house-is-at-the-top',
      comment: 'A file directly in src/ may import anything, so there are only these.',
      severity: 'error',
      from: {},
      to: {
        path: '^src/[^/]+$',
        pathNot: String.raw`^src/(main|app\.module|command-line|waybill|database-commands|api-description)\.ts$`,
      },
    },
    {
      name: 'no-imports-of-specs',
      comment: 'What only tests use must not end up in the program.',
      severity: 'error',
      from: { path: '^(src|migrations|scripts|bench)/', pathNot: SPECS },
      to: { path: [SPECS, '^test/'] },
    },
    {
      name: 'no-development-packages',
      comment: 'They are not there where the program runs.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: SPECS },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only', 'npm'],
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    exclude: { path: '^(dist|coverage|[.]cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
