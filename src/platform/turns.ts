const waiting: (() => void)[] = [];

/**
 * Resolves in a later turn of the event loop, once all that was ready to be read has been read: long work that takes its
 * turns lets requests be answered between its pieces. Whoever waits has a turn to himself, first come first.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  const begin = waiting.shift()!;
  if (waiting.length > 0) setImmediate(giveTurn);
  begin();
}

/** For some 10 us of work on each, so that a turn takes less than half a millisecond. */
const ITEMS_A_TURN = 32;

/** Does something with each item, in order, some of them a turn. Ends with what `work` throws. */
export async function eachInTurns<T>(
  items: readonly T[],
  work: (item: T, index: number) => void,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index % ITEMS_A_TURN === 0) await nextTurn();
    work(item, index);
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
