const waiting: (() => void)[] = [];

/**
 * Resolves in a later turn of the event loop, once all that was ready to be read has been read: long work that takes its
 * turns lets requests be answered between its pieces. Whoever waits has a turn to himself, first come first.
 */
export function nextTurn(): Promise<void> {
  return turn(false);
}

/** @param hasBegun of the work: it is ended before other work is begun, which then need not be held so long */
function turn(hasBegun: boolean): Promise<void> {
  return new Promise((begin) => {
    if (hasBegun) waiting.unshift(begin);
    else waiting.push(begin);
    if (waiting.length === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  const begin = waiting.shift()!;
  if (waiting.length > 0) setImmediate(giveTurn);
  begin();
}

/** For some 10 us of work on each, so that a turn takes about a millisecond. */
const ITEMS_A_TURN = 100;

/** Does something with each item, in order, some of them a turn. Ends with what `work` throws. */
export async function eachInTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => void,
): Promise<void> {
  for (let start = 0; start < items.length; start += ITEMS_A_TURN) {
    await turn(start > 0);
    const end = Math.min(start + ITEMS_A_TURN, items.length);
    for (let index = start; index < end; index++) work(items[index]!, index);
  }
}

/** As {@link eachInTurns}. @returns what came of each item */
export async function mapInTurns<T, Result>(
  items: readonly T[],
  work: (item: T) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  await eachInTurns(items, (item) => results.push(work(item)));
  return results;
}
