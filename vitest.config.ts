import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';
import LongestFirst from './test/support/longest-first.sequencer.js';

/** Nest resolves constructor parameters from decorator metadata, which esbuild does not emit and swc does. */
const plugins = [
  swc.vite({
    module: { type: 'es6' },
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
  }),
];

const POSTGRES = 'test/support/postgres.setup.ts';
const KAFKA = 'test/support/kafka.setup.ts';
const REDIS = 'test/support/redis.setup.ts';
const REGISTRY = 'test/support/registry.setup.ts';
const CHROMIUM = 'test/support/chromium.setup.ts';

/**
 * What measures time, or judges how fast something came about: nothing else runs beside it. What only waits for things to
 * come about may wait a little longer, and the memory of a process is its own.
 */
const TIMED = [
  'test/browser/smoothness.spec.ts',
  'test/contexts/sensors-alone.int.spec.ts',
  'test/contexts/trouble.int.spec.ts',
  'test/e2e/crash.spec.ts',
  'test/e2e/hanging-database.spec.ts',
  'test/e2e/time-of-start.spec.ts',
  'test/kafka/context-trouble.spec.ts',
  'test/kafka/first-reading.spec.ts',
  'test/redis/time-of-promos.spec.ts',
];

/** Tiers of one group run side by side, and the groups one after the other. */
const TWO_OF_OUR_OWN = { maxWorkers: 2, sequence: { groupOrder: 0 } };
const TWO_OF_PROGRAMS = { maxWorkers: 2, sequence: { groupOrder: 1 } };
/** They leave the processors alone for a third of their time. */
const THREE_THAT_WAIT_FOR_SERVICES = { maxWorkers: 3, sequence: { groupOrder: 2 } };
const ALONE = { maxWorkers: 1, sequence: { groupOrder: 3 } };

const tier = (
  name: string,
  include: string[],
  globalSetup: string[] = [],
  workers: typeof ALONE = ALONE,
) => ({
  plugins,
  test: {
    name,
    include,
    exclude: name === 'timed' ? [] : TIMED,
    globalSetup,
    ...workers,
    environment: 'node' as const,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // A poll that succeeds takes no longer for it.
    expect: { poll: { timeout: 10_000 } },
    setupFiles: ['test/support/setup.ts'],
  },
});

const UNIT = ['src/**/*.unit.spec.ts', 'test/**/*.unit.spec.ts'];
const INTEGRATION = ['src/**/*.int.spec.ts', 'test/**/*.int.spec.ts'];

/** They wait for programs, and for services to be away, more than they work. */
const CUSTOMERS_FAULTS = 'test/faults/customers/*.spec.ts';
const ENTRIES_FAULTS = 'test/faults/entries/!(*.unit).spec.ts';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.reporter.ts'],
    pool: 'forks',
    // Beside the tests run PostgreSQL, Kafka, Redis, Chromium and the program itself, on two cores in the smallest case.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/cluster-template.setup.ts'],
    projects: [
      tier('unit', UNIT, [], TWO_OF_OUR_OWN),
      tier('integration', INTEGRATION, [POSTGRES], TWO_OF_OUR_OWN),
      tier('kafka', ['test/kafka/**/*.spec.ts'], [POSTGRES, KAFKA], THREE_THAT_WAIT_FOR_SERVICES),
      tier('e2e', ['test/e2e/**/*.spec.ts'], [], TWO_OF_PROGRAMS),
      tier('timed', TIMED, [POSTGRES, KAFKA, REDIS, CHROMIUM]),
      tier(
        'redis',
        ['src/**/*.redis.spec.ts', 'test/redis/**/*.spec.ts'],
        [POSTGRES, REDIS],
        // A server that was named is one for all, and specs change its settings.
        process.env.TEST_REDIS_URL ? ALONE : THREE_THAT_WAIT_FOR_SERVICES,
      ),
      tier(
        'registry',
        ['test/registry/**/*.spec.ts', CUSTOMERS_FAULTS],
        [KAFKA, REGISTRY],
        THREE_THAT_WAIT_FOR_SERVICES,
      ),
      tier(
        'observability',
        ['test/observability/**/!(*.unit).spec.ts'],
        [KAFKA, REDIS],
        THREE_THAT_WAIT_FOR_SERVICES,
      ),
      tier(
        'faults',
        ['test/faults/!(customers|entries)/**/!(*.unit).spec.ts', 'test/faults/!(*.unit).spec.ts'],
        [KAFKA, REDIS],
        THREE_THAT_WAIT_FOR_SERVICES,
      ),
      tier(
        'cases',
        ['test/cases/**/!(*.unit).spec.ts', ENTRIES_FAULTS],
        [POSTGRES, KAFKA, REDIS],
        TWO_OF_PROGRAMS,
      ),
      tier('abuse', ['test/abuse/**/!(*.unit).spec.ts'], [KAFKA], TWO_OF_PROGRAMS),
      tier('fuzz', ['test/fuzz/**/!(*.unit).spec.ts'], [POSTGRES, KAFKA], TWO_OF_PROGRAMS),
      tier('browser', ['test/browser/**/*.spec.ts'], [CHROMIUM], TWO_OF_PROGRAMS),
    ],
  },
});
