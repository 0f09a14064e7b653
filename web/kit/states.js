import { ApiFailure } from '../api/failure.js';
import { button, el } from './dom.js';
import { focusKept } from './focus.js';
import { shortened } from './long-text.js';
import { REMARKABLE_MS } from './patience.js';

/**
 * What a reader is told of each kind of failure, and what may be done about it.
 *
 * @type {Record<ApiFailure['kind'], [heading: string, advice: string]>}
 */
const FAILURES = {
  'bad-request': ['That cannot be asked', 'Correct what was typed and try again.'],
  'not-found': ['Nothing there', 'It may have been typed wrongly, or be on its way still.'],
  'not-allowed': [
    'Not allowed',
    'This server lets nobody do this from here. Load the page again if you have to sign in for it, open it on the machine that the server runs on, or ask whoever runs it.',
  ],
  conflict: [
    'Someone was faster',
    'It has changed since it was read. Look at it as it is now, and decide again.',
  ],
  away: ['The server is away', 'Nothing is lost. The page tries again by itself.'],
  slow: ['The server is slow', 'It has not answered in time. The page tries again by itself.'],
  broken: [
    'This part of the page is broken',
    'Load the page again, and tell whoever runs this server when that does not help.',
  ],
};

const STILL_LOADING =
  'Still loading: the server takes longer than it should. Wait a moment, or load the page again if this stays.';

/** Says that something is on its way and, once that takes long, what to do about it. */
export function loadingWords() {
  const words = el('span', {}, 'Loading …');
  setTimeout(() => {
    words.textContent = STILL_LOADING;
  }, REMARKABLE_MS);
  return words;
}

/** For the place above what is shown until something else is there: says so once that takes long, and nothing before. */
export function slownessWords() {
  const words = el('p', { class: 'muted', role: 'status' });
  setTimeout(() => (words.textContent = STILL_LOADING), REMARKABLE_MS);
  return words;
}

/**
 * Holds the room of what is on its way.
 *
 * @param {number} [bars]
 * @param {string} [title] of the view, where all of it is on its way
 */
export function loadingState(bars = 4, title) {
  return el(
    'div',
    { class: 'loading', role: 'status' },
    title ? el('h1', { class: 'visually-hidden' }, title) : null,
    loadingWords(),
    ...Array.from({ length: bars }, () => el('span', { class: 'bar' })),
  );
}

/**
 * There is nothing to show, which is no fault.
 *
 * @param {string} heading
 * @param {string} [advice] what to do
 * @param {...Node} actions
 */
export function emptyState(heading, advice, ...actions) {
  return el(
    'div',
    { class: 'state', 'data-state': 'empty' },
    el('h2', {}, heading),
    advice ? el('p', {}, advice) : null,
    actions.length > 0 ? el('div', { class: 'row' }, ...actions) : null,
  );
}

/**
 * @typedef {object} FailureWords
 * @property {string} [heading] in place of the kind's own
 * @property {string} [subject] what was asked for, as it was typed
 * @property {string} [advice]
 * @property {() => void} [retry]
 * @property {Node[]} [actions]
 * @property {boolean} [isTold] the other words say all that the server's would
 * @property {boolean} [isView] it stands in the place of the whole view
 */

/**
 * Why something cannot be shown, and what to do: one place, once said.
 *
 * @param {ApiFailure} failure
 * @param {FailureWords} [words]
 */
export function failureState(
  failure,
  { heading, subject, advice, retry, actions = [], isTold = false, isView = false } = {},
) {
  const [kindHeading, kindAdvice] = FAILURES[failure.kind];
  const again = retry ? [button('Try again', retry)] : [];
  return el(
    'div',
    { class: 'state', 'data-state': failure.kind, role: 'alert' },
    el(isView ? 'h1' : 'h2', {}, heading ?? kindHeading),
    subject ? el('p', { class: 'mono' }, el('bdi', {}, shortened(subject))) : null,
    isTold ? null : el('p', {}, el('bdi', {}, shortened(failure.message))),
    el('p', { class: 'muted' }, advice ?? kindAdvice),
    el('div', { class: 'row' }, ...again, ...actions),
  );
}

/**
 * Shows a state in the place of what is there. The same one stays the element that it is: the keyboard's focus may be in it, and
 * nobody has to hear it twice.
 *
 * @param {Element} place
 * @param {Element} state
 */
export function putState(place, state) {
  if (place.childNodes.length === 1 && place.firstChild?.isEqualNode(state)) return;
  const giveBackFocus = focusKept();
  place.replaceChildren(state);
  giveBackFocus();
}

/**
 * Why something that the reader wanted was not done, and what to do: for the place where they asked for it.
 *
 * @param {ApiFailure} failure
 * @param {string} [again] what is said of trying again, where that may help
 */
export function refusalWords(failure, again = 'Try again in a moment.') {
  const { kind, message, errors, mayPass } = failure;
  if (mayPass) return `${message} ${again}`;
  if (kind === 'not-allowed') return `Not allowed. ${message} Ask whoever runs this server.`;
  if (kind === 'conflict') return `${message} Look at it as it is now, and decide again.`;
  const fields = errors.map(({ path, detail }) => `${path} ${detail}`).join('; ');
  return fields === '' ? message : `${message} ${fields}.`;
}

/** @param {ApiFailure['kind']} kind */
export function failureHeading(kind) {
  return FAILURES[kind][0];
}

/**
 * What was thrown as a failure that can be shown. Anything but an ApiFailure is a fault of the page: it is said, and left
 * for the console too.
 *
 * @param {unknown} thrown
 * @returns {ApiFailure}
 */
export function asShownFailure(thrown) {
  if (thrown instanceof ApiFailure) return thrown;
  reportError(thrown);
  return new ApiFailure('broken', 'The answer could not be shown.');
}
