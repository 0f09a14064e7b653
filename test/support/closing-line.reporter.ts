import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import { isTierRequired, TIER_NAMES } from './tiers.js';

/** Characters of an error's message in the line of its failure. */
const MAX_MESSAGE = 200;

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints, after everything else, one line for each failure, which tiers were skipped and why, and as the last line of
 * the output `N passed, N failed, N skipped`. Stands beside the default reporter.
 *
 * The line and the exit code agree: whatever else makes the run fail, such as a setup or a coverage threshold,
 * is one more failure in the line, and a run in which no test ran exits with 1.
 */
export default class ClosingLineReporter implements Reporter {
  private vitest: Vitest | undefined;
  private tierLines: string[] = [];

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
    if (vitest.config.watch) return;
    // Services are torn down and coverage is printed after the last call that a reporter gets.
    process.once('exit', (exitCode) => {
      const modules = vitest.state.getTestModules();
      const counts = countTests(modules, vitest.state.getUnhandledErrors().length);
      const lines = [...failures(modules), ...this.tierLines];
      if (exitCode !== 0 && counts.failed === 0) counts.failed = 1;
      if (counts.passed + counts.failed === 0) {
        lines.push('no test ran');
        process.exitCode = 1;
      }
      process.stdout.write([...lines, closingLine(counts)].join('\n') + '\n');
    });
  }

  onTestRunEnd(): void {
    // Vitest forgets what a setup has provided when it tears the setup down.
    if (this.vitest !== undefined) this.tierLines = skippedTiers(this.vitest);
  }
}

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Beside tests, what fails in a file that does not load, in a hook, or outside of any test counts as failed. */
export function countTests(modules: readonly TestModule[], errorsOutsideTests: number): Counts {
  const counts: Counts = { passed: 0, failed: errorsOutsideTests, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== 'pending') counts[state] += 1;
    }
    counts.failed += suitesOf(module).filter((suite) => suite.errors().length > 0).length;
  }
  return counts;
}

/** One line each, so that the end of a long log names them all. */
function failures(modules: readonly TestModule[]): string[] {
  return modules.flatMap((module) =>
    [...suitesOf(module), ...module.children.allTests()].flatMap((entity) => {
      const [error] = entity.type === 'test' ? (entity.result().errors ?? []) : entity.errors();
      if (error === undefined) return [];
      return `failed: ${nameOf(entity)}: ${error.message.split('\n', 1)[0]?.slice(0, MAX_MESSAGE)}`;
    }),
  );
}

function suitesOf(module: TestModule): (TestModule | TestSuite)[] {
  return [module, ...module.children.allSuites()];
}

function nameOf(entity: TestModule | TestSuite | TestCase): string {
  if (entity.type === 'module') return entity.relativeModuleId;
  return `${entity.module.relativeModuleId} > ${entity.fullName}`;
}

/** A tier is set up in the projects that use it, and only in those with specs in this run. */
function skippedTiers(vitest: Vitest): string[] {
  const lines = TIER_NAMES.flatMap((name) =>
    vitest.projects.flatMap((project) => {
      const provided = project.getProvidedContext()[name];
      if (provided === undefined || !('skipped' in provided)) return [];
      return `${name} tier ${isTierRequired() ? 'failed' : 'skipped'}: ${provided.skipped}`;
    }),
  );
  return [...new Set(lines)];
}
