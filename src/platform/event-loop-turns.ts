/**
 * What work is done for. `request`: somebody waits for the answer. `background`: nobody waits for this very piece, and
 * requests that come meanwhile are answered first.
 */
export type Purpose = 'request' | 'background';

/** A round of the event loop that took longer had something else to do: requests, or the turn before. */
const BUSY_ROUND_MS = 0.3;
/** After so many of them background work has its turn all the same: it becomes slow under requests, and never stands. */
const MOST_BUSY_ROUNDS = 5;

const waiting: Record<Purpose, (() => void)[]> = { request: [], background: [] };
let roundEndedAt = 0;
let busyRounds = 0;

/**
 * Resolves in a later turn of the event loop, once all that was ready to be read has been read: long work that takes its
 * turns lets requests be answered between its pieces. Whoever waits has a turn to himself, first come first.
 */
export function nextTurn(purpose: Purpose): Promise<void> {
  return turn(purpose, false);
}

/** @param hasBegun of the work: it is ended before other work is begun, which then need not be held so long */
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

/** Gives one turn at most, which is part of the round that begins then. */
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

/** Does something with each item, in order, some of them a turn. Ends with what `work` throws. */
export async function eachInTurns<T>(
  purpose: Purpose,
  items: readonly T[],
  work: (item: T, index: number) => void,
): Promise<void> {
  for (let start = 0; start < items.length; start += ITEMS_A_TURN) {
    await turn(purpose, start > 0);
    const end = Math.min(start + ITEMS_A_TURN, items.length);
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
