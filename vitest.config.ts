import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

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

const tier = (name: string, include: string[], globalSetup: string[] = []) => ({
  plugins,
  test: {
    name,
    include,
    globalSetup,
    environment: 'node' as const,
    testTimeout: 30_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/setup.ts'],
  },
});

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.reporter.ts'],
    pool: 'forks',
    // Beside the tests run PostgreSQL, Kafka, Redis, Chromium and the program itself: a second worker would have what
    // they measure wait for a core.
    maxWorkers: 1,
    projects: [
      tier('unit', ['src/**/*.unit.spec.ts', 'test/**/*.unit.spec.ts']),
      tier('integration', ['src/**/*.int.spec.ts', 'test/**/*.int.spec.ts'], [POSTGRES]),
      tier('redis', ['src/**/*.redis.spec.ts', 'test/redis/**/*.spec.ts'], [POSTGRES, REDIS]),
      tier('kafka', ['test/kafka/**/*.spec.ts'], [POSTGRES, KAFKA]),
      tier('observability', ['test/observability/**/!(*.unit).spec.ts'], [KAFKA, REDIS]),
      tier('e2e', ['test/e2e/**/*.spec.ts']),
      tier('faults', ['test/faults/**/!(*.unit).spec.ts'], [KAFKA, REDIS]),
      tier('cases', ['test/cases/**/!(*.unit).spec.ts'], [POSTGRES, KAFKA, REDIS]),
      tier('abuse', ['test/abuse/**/!(*.unit).spec.ts'], [POSTGRES, KAFKA]),
      tier('fuzz', ['test/fuzz/**/!(*.unit).spec.ts'], [POSTGRES, KAFKA]),
      tier('browser', ['test/browser/**/*.spec.ts'], ['test/support/chromium.setup.ts']),
    ],
  },
});
