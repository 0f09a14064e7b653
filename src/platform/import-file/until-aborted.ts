/**
 * What a source gives until `signal` aborts, which is noticed while nothing comes as well.
 *
 * @throws the signal's reason
 */
export async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextUnlessAborted(iterator, signal);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A source that waits for more ends once something comes, and is not waited for.
    const ended = iterator.return?.();
    if (!signal.aborted) await ended;
    else void ended?.catch(() => undefined);
  }
}

/** A race with one promise for the whole source would hold all that ever came, until the source ends. */
function nextUnlessAborted<T>(iterator: AsyncIterator<T>, signal: AbortSignal): Promise<IteratorResult<T>> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    iterator
      .next()
      .finally(() => signal.removeEventListener('abort', end))
      .then(resolve, reject);
  });
}
