import type { SoakReport } from './soak-page.js';

const MIB = 1_048_576;
/** Rows that Live shows at most; see web/views/live/. */
export const MAX_ROWS = 200;
/** What a heap may be larger by after the last phase than after the first: engines keep what they have compiled. */
const MAX_GROWTH_BYTES = 1 * MIB;
/**
 * A picture takes away as many rows as it brings, which are counted until they are collected: some hundred nodes. A page that
 * kept them would have 8,000 more each second.
 */
const MAX_NODES_GROWTH = 6_000;

/** What is wrong with how a page bore it, whatever the machine; frames are told and not judged. */
export function faultsOf({ sent, heard, rows, memory }: SoakReport): string[] {
  const [first, last] = [memory[0]!, memory.at(-1)!];
  const faults: string[] = [];
  if (heard !== sent) faults.push(`${sent} changes were made, the page has heard of ${heard}`);
  if (rows > MAX_ROWS) faults.push(`${rows} rows are in the page, ${MAX_ROWS} may be`);
  if (last.heapBytes - first.heapBytes > MAX_GROWTH_BYTES) {
    faults.push(`the heap grew from ${mib(first.heapBytes)} to ${mib(last.heapBytes)}`);
  }
  if (last.nodes - first.nodes > MAX_NODES_GROWTH) {
    faults.push(`the DOM grew from ${first.nodes} to ${last.nodes} nodes`);
  }
  return faults;
}

/** Less than that is a page that a reader sees stutter. */
const MIN_SHARE_WITHIN_100_MS = 0.95;

/** What a reader would have seen; judged only where nothing but the page and its program has the machine. */
export function stutterOf({ frames }: SoakReport): string[] {
  if (frames.shareWithin100Ms >= MIN_SHARE_WITHIN_100_MS) return [];
  return [
    `${percent(frames.shareWithin100Ms)} of frames came within 100 ms, ${percent(MIN_SHARE_WITHIN_100_MS)} should have`,
  ];
}

export function linesOf({ sent, heard, slowestAnswerMs, frames, memory, rows }: SoakReport): string[] {
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  return [
    `changes   ${sent} made, ${heard} heard of by the page; the slowest answer of the program took ${ms(slowestAnswerMs)}`,
    `frames    ${frames.count}: median ${ms(frames.medianMs)}, p95 ${ms(frames.p95Ms)}, longest ${ms(frames.longestMs)}; ` +
      `${percent(frames.shareWithin100Ms)} within 100 ms`,
    `heap      ${memory.map(({ heapBytes }) => mib(heapBytes)).join(', ')}`,
    `DOM       ${memory.map(({ nodes }) => nodes).join(', ')} nodes; ${memory.at(-1)!.listeners} listeners; ${rows} rows of changes`,
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(2)} MiB`;
