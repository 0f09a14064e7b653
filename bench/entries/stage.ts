import type { Progress } from '../../src/platform/progress.js';
import type { Program } from '../program.js';
import { startReady } from '../ready-program.js';
import type { ReferenceServer } from '../reference-server.js';
import type { Script } from '../script.js';
import type { CpuOf } from './cpu-meter.js';
import { EntriesWatch } from './entries-watch.js';
import type { Place } from './place.js';
import { type Arrangement, ARRANGEMENTS } from './rows.js';

/** The running program, and all that a row is measured with. */
export interface Stage {
  /** Of the process that is asked. */
  readonly url: string;
  readonly watch: EntriesWatch;
  readonly place: Place;
  readonly sender: Script;
  /** Undefined when no row needs it. */
  readonly raw: ReferenceServer | undefined;
  readonly pids: Readonly<Partial<Record<CpuOf, number | undefined>>>;
  readonly progress: Progress;
  /** @throws Error when a process of the program has ended by itself */
  checkAlive(): void;
}

export interface StageOptions {
  readonly place: Place;
  readonly arrangement: Arrangement;
  readonly sender: Script;
  readonly progress: Progress;
  readonly raw: ReferenceServer | undefined;
}

/** Runs the program while `work` is done, from when all of its processes are ready. */
export async function withStage<T>(options: StageOptions, work: (stage: Stage) => Promise<T>): Promise<T> {
  const { place, arrangement, sender, raw, progress } = options;
  const stops: (() => Promise<void>)[] = [];
  try {
    const programs: Program[] = [];
    const urls: string[] = [];
    for (const own of ARRANGEMENTS[arrangement]) {
      const { program, url } = await startReady({ ...place.settings, ...own });
      stops.push(() => program.stop());
      programs.push(program);
      urls.push(url);
    }
    const watch = await EntriesWatch.open(await place.database(), place.topic);
    stops.push(() => watch.close());
    const pids = {
      program: programs[0]!.pid,
      worker: programs[1]?.pid,
      PostgreSQL: await watch.postmasterPid(),
      Kafka: place.kafkaPid,
      Redis: place.redisPid,
      raw: raw?.pid,
    };
    const checkAlive = (): void => {
      for (const program of programs) program.checkAlive();
    };
    return await work({ url: urls[0]!, watch, place, sender, raw, pids, progress, checkAlive });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}
