/**
 * `make rolling-deploy FROM=<commit>`: replicas of another version and of this one share the work, under load, each way:
 * one after the other is replaced by this version, and then by the other one again. Ends with 1 when anything was lost,
 * stored twice, missing or otherwise wrong.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { Dice } from './dice.js';
import { type Fault, FULL } from './faults.js';
import { tableOf } from './outcome-table.js';
import { runFault } from './run-fault.js';
import { startServices } from './services.js';
import type { Stage } from './stage.js';

const run = promisify(execFile);

const ROOT = resolve(import.meta.dirname, '..', '..');
const TIMES = 3;
/** How long the two versions share the work after each replacement. */
const SIDE_BY_SIDE_MS = 8_000;

async function isSameFile(name: string, root: string): Promise<boolean> {
  const [here, there] = await Promise.all([ROOT, root].map((of) => readFile(join(of, name))));
  return here!.equals(there!);
}

/** Builds a commit in a directory of its own. */
async function checkOut(commit: string): Promise<{ root: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'waybill-version-'));
  await run('git', ['clone', '--quiet', ROOT, root]);
  await run('git', ['checkout', '--quiet', commit], { cwd: root });
  process.stderr.write(`building ${commit}; this takes a minute or two\n`);
  if (await isSameFile('package-lock.json', root)) {
    await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  } else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: root });
  await run('npm', ['run', 'build'], { cwd: root });
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

/** Replaces all replicas, one after the other, by the program of a checkout; undefined stands for this one. */
async function replaceAll(stage: Stage, root: string | undefined): Promise<void> {
  for (const replica of stage.replicas) {
    const code = await replica.stop();
    if (code !== 0) stage.findings.add('unexpected answer', `exit code ${code} after SIGTERM`);
    replica.become(root);
    await replica.start();
    await pause(SIDE_BY_SIDE_MS);
    await stage.lookAtOffsets();
  }
}

const rollingDeploy = (from: string, root: string): Fault => ({
  name: `${from} and this version in turn`,
  times: TIMES,
  stage: { replicas: 2, root, ordersAlone: true },
  async inject(stage) {
    await replaceAll(stage, undefined);
    await replaceAll(stage, root);
  },
});

const { values } = parseArgs({
  options: { from: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
if (values.from === undefined) {
  process.stderr.write('usage: make rolling-deploy FROM=<commit>\n');
  process.exit(64);
}
const other = await checkOut(values.from);
const services = await startServices();
try {
  const fault = rollingDeploy(values.from, other.root);
  const outcome = await runFault(services, fault, TIMES, FULL, new Dice(Number(values.seed)), (round) =>
    process.stderr.write(`round ${round} of ${TIMES}\n`),
  );
  process.stdout.write(`${tableOf([outcome])}\n`);
  for (const line of outcome.details) process.stderr.write(`  ${line}\n`);
  if (outcome.details.length > 0) process.exitCode = 1;
} finally {
  await services.stop();
  await other.remove();
}
