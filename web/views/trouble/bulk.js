import { post } from '../../api/client.js';
import { ask } from '../../kit/dialog.js';
import { counted, el } from '../../kit/dom.js';
import { asShownFailure, refusalWords } from '../../kit/states.js';
import { tell } from '../../kit/announcing.js';
import { filterWords } from './letter-filter.js';

/** Millions of letters are gone through a chunk at a time, and the answer comes after the last. */
const WORK_TIMEOUT_MS = 600_000;

const WORKS = /** @type {const} */ ({
  replay: {
    route: '/api/dead-letters/replay',
    verb: 'Replay',
    done: 'replayed',
    outcome: 'Each goes to the topic that it came on once more. What is refused again waits here again.',
    isDangerous: false,
  },
  discard: {
    route: '/api/dead-letters/discard',
    verb: 'Discard',
    done: 'discarded',
    outcome: 'This cannot be undone: the events and their histories are deleted.',
    isDangerous: true,
  },
});

/**
 * Does something to all letters that a filter matches: first they are counted, and the reader is asked. What came in since,
 * or has failed again, is left alone.
 *
 * @param {keyof typeof WORKS} work
 * @param {import('./letter-filter.js').LetterFilter} filter no letter that comes in meanwhile is meant: it has an end
 * @param {import('../../router.js').Visit} visit
 * @returns {Promise<boolean>} whether anything was done
 */
export async function doInBulk(work, filter, { signal }) {
  const { route, verb, done, outcome, isDangerous } = WORKS[work];
  let dry;
  try {
    const { body } = await post(route, { body: { ...filter, dry_run: true }, signal });
    dry = /** @type {{ matching: number, exact: boolean, seen: string }} */ (body);
  } catch (thrown) {
    if (!signal.aborted) tell(`Nothing was done. ${refusalWords(asShownFailure(thrown))}`);
    return false;
  }
  const { matching, exact, seen } = dry;
  if (matching === 0 && exact) {
    tell('None of them is there any more.');
    return false;
  }
  const { events, yes } = wordsOf(verb, matching, exact);
  const answer = await ask({
    heading: `${verb} ${events}?`,
    body: [el('p', {}, `They are ${filterWords(filter)}.`), el('p', {}, outcome)],
    yes,
    isDangerous,
    signal,
    act: async () => {
      try {
        const { body } = await post(route, { body: { ...filter, seen }, timeoutMs: WORK_TIMEOUT_MS });
        const answered = /** @type {Partial<Record<typeof done, number>>} */ (body);
        tell(`${counted(answered[done] ?? 0, 'event')} ${done}.`);
        return undefined;
      } catch (thrown) {
        return refusalWords(
          asShownFailure(thrown),
          'Some may have been done: close this, and count them anew.',
        );
      }
    },
  });
  return answer !== undefined;
}

/**
 * Counting ends where it would take long: there are at least as many then.
 *
 * @param {string} verb
 * @param {number} matching
 * @param {boolean} exact
 */
function wordsOf(verb, matching, exact) {
  if (exact)
    return { events: counted(matching, 'refused event'), yes: `${verb} ${matching.toLocaleString()}` };
  if (matching > 0)
    return { events: `${counted(matching, 'refused event')} or more`, yes: `${verb} all of them` };
  return { events: 'more refused events than can be counted', yes: `${verb} all of them` };
}
