import { spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { memoryHeldBy } from '../../bench/process-figures.js';
import { readGauge } from '../../bench/ready-program.js';
import { eventually } from '../support/eventually.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import type { Abuse } from './abuse.js';
import { type Met, READY } from './neighbour.js';
import type { Abused } from './start-abused.js';

const NEIGHBOUR = join(import.meta.dirname, 'neighbour.ts');
const LOOK_EVERY_MS = 100;
/** What the abuse held has to be given back within this time after its end. */
const GIVE_BACK_MS = 90_000;

/** What came of one abuse for others and for the program. */
export interface Outcome {
  readonly name: string;
  readonly met: Met;
  readonly peakRssBytes: number;
  /** The program has ended. */
  readonly hasRestarted: boolean;
  /** Until all was given back; undefined when it was not. */
  readonly givenBackAfterMs: number | undefined;
}

/** Runs one abuse for a while beside a well-behaved client. */
export async function runAbuse({ waybill, target }: Abused, abuse: Abuse, forMs: number): Promise<Outcome> {
  const hasEnded = watchEnd(waybill);
  const neighbour = spawn(process.execPath, ['--import', 'tsx', NEIGHBOUR, waybill.url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let printed = '';
  neighbour.stdout.setEncoding('utf8').on('data', (piece: string) => (printed += piece));
  await eventually(
    () => {
      if (!printed.startsWith(READY)) throw new Error('the well-behaved client has not begun');
    },
    { timeoutMs: 60_000 },
  );
  const rss = watchRss(waybill.pid);
  const aborter = new AbortController();
  setMaxListeners(0, aborter.signal);
  const abused = abuse.run(target, aborter.signal);
  abused.catch(() => undefined);
  await pause(forMs);
  aborter.abort();
  await abused;
  const endedAt = performance.now();
  neighbour.stdin.end();
  await once(neighbour, 'close');
  const isBack = await givenBack(waybill.url);
  return {
    name: abuse.name,
    met: JSON.parse(printed.slice(READY.length)) as Met,
    peakRssBytes: rss.stop(),
    hasRestarted: hasEnded(),
    givenBackAfterMs: isBack ? performance.now() - endedAt : undefined,
  };
}

function watchEnd(waybill: WaybillProcess): () => boolean {
  let hasEnded = false;
  void waybill.exited.then(() => (hasEnded = true));
  return () => hasEnded;
}

function watchRss(pid: number): { stop(): number } {
  let peak = 0;
  const look = setInterval(() => (peak = Math.max(peak, heldBy(pid))), LOOK_EVERY_MS);
  return {
    stop: () => {
      clearInterval(look);
      return peak;
    },
  };
}

/** Nothing once it is gone, which is found out elsewhere. */
function heldBy(pid: number): number {
  try {
    return memoryHeldBy(pid)?.nowBytes ?? 0;
  } catch {
    return 0;
  }
}

/** Nothing is held any more of what somebody asked for who is gone, and the program takes orders. */
async function givenBack(url: string): Promise<boolean> {
  const nothing = async (name: string, most = 0): Promise<void> => {
    const figure = await readGauge(url, name);
    if (figure > most) throw new Error(`${name} is ${figure}`);
  };
  try {
    await eventually(
      async () => {
        await nothing('waybill_sse_clients');
        await nothing('waybill_http_body_bytes');
        await nothing('waybill_http_large_answer_bytes');
        // Those that ask for the figures themselves.
        await nothing('waybill_http_connections', 10);
        if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('it is not ready');
      },
      { timeoutMs: GIVE_BACK_MS },
    );
    return true;
  } catch {
    return false;
  }
}
