import type { writeSync } from 'node:fs';
import inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** How often the event loop shows that it turns. */
const BEAT_MS = 500;
/** The watchdog takes 9 MB of memory all in all; what it is allowed and does not use costs nothing. */
const HEAP_LIMIT_MB = 32;

interface Watched {
  /** Grows while the event loop turns. */
  readonly beats: Int32Array;
  readonly stalledSeconds: number;
}

/**
 * Ends the process when its event loop has stood still for so long: one that loops for ever answers neither signals nor
 * probes, and has to be ended from outside. Seconds are counted as those of a thread that runs beside it, so a machine
 * that slept, or a process that was frozen, has not stood still. A debugger may hold it.
 *
 * @param stalledSeconds 0 for never
 * @param onFailure hears why the process is watched no more
 */
export function startWatchdog(stalledSeconds: number, onFailure: (error: Error) => void): void {
  if (stalledSeconds === 0 || inspector.url() !== undefined) return;
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  const workerData: Watched = { beats, stalledSeconds };
  const script = `(${watch.toString()})(require('node:worker_threads').workerData, require('node:fs').writeSync)`;
  const worker = new Worker(script, {
    eval: true,
    workerData,
    // What Node was told to load ahead of the program is not for a thread that needs nothing.
    execArgv: [],
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
  });
  worker.on('error', onFailure);
  worker.unref();
}

/** Runs in a thread of its own, as its text: it knows nothing but its parameters. */
function watch({ beats, stalledSeconds }: Watched, write: typeof writeSync): void {
  let seenBeats = -1;
  let secondsStalled = 0;
  setInterval(() => {
    const now = Atomics.load(beats, 0);
    secondsStalled = now === seenBeats ? secondsStalled + 1 : 0;
    seenBeats = now;
    if (secondsStalled < stalledSeconds) return;
    // The streams of a thread go through the main one, which does nothing any more.
    write(2, `the event loop stood still for ${stalledSeconds} s: the process ends itself\n`);
    process.kill(process.pid, 'SIGKILL');
  }, 1_000);
}
