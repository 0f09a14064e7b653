/**
 * Shows that no two contexts claim the same: names, tables, topics, settings, metrics. The program checks the same when it
 * starts; this is for whoever adds a context. Ends with 1 and a line a fault.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CONTEXTS } from '../src/app.module.js';
import { requireDistinctSettings } from '../src/platform/config/distinct-settings.js';
import { PROGRAM_SETTINGS } from '../src/platform/config/environment.js';
import { Settings } from '../src/platform/config/setting-group.js';
import { requireDistinctContexts } from '../src/platform/context-registry.js';
import { Topics } from '../src/platform/messaging/topics.js';
import { faultsOfMetrics, metricsMadeIn } from './contexts/metric-claims.js';

const SOURCES = resolve(import.meta.dirname, '..', 'src');
const TESTS = /\.(spec|fixture|conformance)\.ts$/;

function metricFaults(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const claims = files
    .filter((file) => file.endsWith('.ts') && !TESTS.test(file))
    .sort()
    .flatMap((file) => metricsMadeIn(file, readFileSync(join(SOURCES, file), 'utf8')));
  if (claims.length === 0) return ['no metric was found in the sources: the search for them is at fault'];
  return faultsOfMetrics(
    claims,
    CONTEXTS.flatMap(({ name, isMain }) => (isMain ? [] : [name])),
  );
}

function faultOf(check: () => unknown): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

const groups = [PROGRAM_SETTINGS, ...CONTEXTS.flatMap((context) => context.settings ?? [])];
const settings = Settings.defaults(groups);
const faults = [
  ...faultOf(() => requireDistinctContexts(CONTEXTS, settings)),
  ...faultOf(() => requireDistinctSettings(groups)),
  ...faultOf(
    () =>
      new Topics(
        CONTEXTS.map(({ name, isMain = false, consumes, topics }) => ({
          context: name,
          isMain,
          own: topics(settings),
          consumes,
        })),
      ),
  ),
  ...metricFaults(),
];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
else console.log(`contexts: ${CONTEXTS.map(({ name }) => name).join(', ')}`);
