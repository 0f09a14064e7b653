/**
 * Work that is done once for all who ask while it waits: those who ask while it runs get one further run, since this
 * one may have looked before what they ask for was there.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {() => Promise<T>} resolves, or rejects, as a run does that began after the call
 */
export function coalesced(work) {
  /** @type {Promise<T> | undefined} */
  let running;
  /** @type {Promise<T> | undefined} */
  let next;
  /** @returns {Promise<T>} */
  const ask = () => {
    if (running === undefined) {
      running = work().finally(() => (running = undefined));
      return running;
    }
    /** @returns {Promise<T>} */
    const afterwards = () => {
      next = undefined;
      return ask();
    };
    next ??= running.then(afterwards, afterwards);
    return next;
  };
  return ask;
}
