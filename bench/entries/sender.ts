/** Sends the load of each task, and says what came of it. It has to cost little: it shares the cores with what is measured. */
import { Latencies } from '../../src/customers/load-test/latencies.js';
import { keepTickShape } from '../../src/platform/tick-shape.js';
import { doTasks, optionsOf, say } from '../script.js';
import { Draws } from './draws.js';
import { Lane } from './lane.js';
import type { LoadTask, LoadTaskResult } from './load-task.js';

/** What it is started with. */
export interface SenderOptions {
  /** Of Zipf's law. */
  readonly exponent: number;
}

const MS_PER_SECOND = 1_000;
const US_PER_SECOND = 1_000_000;

// A load that becomes slower halfway would take more of the cores that it shares with what is measured.
keepTickShape();
const draws = new Draws(optionsOf<SenderOptions>().exponent);
say({ ready: true });
await doTasks<LoadTask>(async ({ seconds, lanes: tasks }): Promise<LoadTaskResult> => {
  const lateness = new Latencies();
  for (const { keys } of tasks) draws.prepare(keys);
  const lanes = tasks.map((task) => new Lane(task, draws, lateness));
  await Promise.all(lanes.map((lane) => lane.open()));
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  const results = await Promise.all(lanes.map((lane) => lane.send(seconds)));
  const cpu = process.cpuUsage(cpuBefore);
  return {
    results: results.flat(),
    seconds: (performance.now() - startedAtMs) / MS_PER_SECOND,
    cpuSeconds: (cpu.user + cpu.system) / US_PER_SECOND,
    lateP99Ms: lateness.count === 0 ? undefined : lateness.percentile(99),
  };
});
