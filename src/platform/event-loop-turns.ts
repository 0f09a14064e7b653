/**
 * Cooperative scheduling: long work is cut into pieces, and requests are answered between them. `request`: a caller waits
 * for this work. `background`: no one waits for this very piece, so requests that come meanwhile go first.
 */
export type Purpose = 'request' | 'background';

/** A round of the event loop that took longer was busy with requests, or with the turn before. */
const BUSY_ROUND_MS = 0.3;
/** After this many busy rounds background work gets a turn anyway, so that requests slow it but never starve it. */
const MOST_BUSY_ROUNDS = 5;

const waiting: Record<Purpose, (() => void)[]> = { request: [], background: [] };
let roundEndedAt = 0;
let busyRounds = 0;

/**
 * Yields to the event loop: resolves in a later round, once all sockets that were ready have been read. Each waiter gets
 * a round to itself, first come first served.
 */
export function nextTurn(purpose: Purpose): Promise<void> {
  return turn(purpose, false);
}

/** @param hasBegun whether the work is under way: it is finished before other work starts */
function turn(purpose: Purpose, hasBegun: boolean): Promise<void> {
  return new Promise((begin) => {
    if (howManyWait() === 0) setImmediate(endRound);
    if (hasBegun) waiting[purpose].unshift(begin);
    else waiting[purpose].push(begin);
  });
}

function howManyWait(): number {
  return waiting.request.length + waiting.background.length;
}

/** Resumes one waiter at most, within the round that begins then. */
function endRound(): void {
  const now = performance.now();
  const wasBusy = now - roundEndedAt > BUSY_ROUND_MS;
  roundEndedAt = now;
  busyRounds = wasBusy ? busyRounds + 1 : 0;
  const begin = nextToBegin();
  if (howManyWait() > 0) setImmediate(endRound);
  begin?.();
}

function nextToBegin(): (() => void) | undefined {
  const { request, background } = waiting;
  const isQuiet = busyRounds === 0 && request.length === 0;
  if (!isQuiet && busyRounds < MOST_BUSY_ROUNDS) return request.shift();
  busyRounds = 0;
  return background.shift() ?? request.shift();
}

/** For some 10 us of work on each, so that a turn takes about a millisecond. */
const ITEMS_A_TURN = 100;

/**
 * Calls `work` for each item, in order, a hundred a turn. Rejects with what `work` throws.
 *
 * @param itemsATurn where an item takes much more or less than 10 us
 */
export async function eachInTurns<T>(
  purpose: Purpose,
  items: readonly T[],
  work: (item: T, index: number) => void,
  itemsATurn = ITEMS_A_TURN,
): Promise<void> {
  for (let start = 0; start < items.length; start += itemsATurn) {
    await turn(purpose, start > 0);
    const end = Math.min(start + itemsATurn, items.length);
    for (let index = start; index < end; index++) work(items[index]!, index);
  }
}

/** As {@link eachInTurns}. @returns what came of each item */
export async function mapInTurns<T, Result>(
  purpose: Purpose,
  items: readonly T[],
  work: (item: T) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  await eachInTurns(purpose, items, (item) => results.push(work(item)));
  return results;
}
