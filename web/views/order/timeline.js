import { stateBadge, stateWords } from '../../kit/badges.js';
import { button, counted, el } from '../../kit/dom.js';
import { longText } from '../../kit/long-text.js';
import { timeElement } from '../../kit/time.js';

const FIRST_VERSIONS = 8;

/** @typedef {import('./loading.js').Version} Version */

/** Who has made a version, as a person says it. */
const SOURCES = {
  api: 'by a person or program, through the API',
  orders: 'by an order that came in',
  payments: 'by payments',
  tracking: 'by the carrier',
  inventory: 'by stock',
};

/**
 * What has become of the order, newest first, with who and why.
 *
 * @param {import('../../kit/part.js').Part} part
 * @param {import('./page.js').Facts} facts
 */
export function drawTimeline(part, { history }) {
  part.drawFact(history, (versions) => {
    const newestFirst = versions.toReversed();
    const list = el('ol', { class: 'steps' }, ...newestFirst.slice(0, FIRST_VERSIONS).map(versionItem));
    if (versions.length <= FIRST_VERSIONS) return [list];
    const more = button(
      `Show all ${counted(versions.length, 'change')}`,
      () => {
        list.append(...newestFirst.slice(FIRST_VERSIONS).map(versionItem));
        more.remove();
      },
      { class: 'quiet' },
    );
    return [list, more];
  });
}

/** @param {Version} version */
function versionItem({ version, change, from, to, at, source, by, reason }) {
  return el(
    'li',
    { 'data-version': String(version) },
    timeElement(at, 'brief'),
    el(
      'span',
      {},
      ...whatChanged(change, from, to),
      el(
        'span',
        { class: 'muted' },
        ...(by ? [' by ', el('bdi', {}, by)] : [` ${SOURCES[source] ?? source}`]),
      ),
      reason ? el('span', { class: 'step-reason' }, 'Why: ', longText(readable(reason))) : null,
    ),
  );
}

/**
 * @param {Version['change']} change
 * @param {string | null} from
 * @param {string | null} to
 * @returns {(Node | string)[]}
 */
function whatChanged(change, from, to) {
  if (change === 'received') return [stateBadge('status', 'received')];
  if (change === 'content') return ['Content was replaced'];
  const name = { status: 'Order', payment_status: 'Payment', shipment_status: 'Shipment' }[change];
  return [
    `${name} `,
    ...(from === null ? [] : [el('span', { class: 'muted' }, stateWords(change, from)), ' → ']),
    ...(to === null ? [] : [stateBadge(change, to)]),
  ];
}

/** @param {string} reason a word of the program's, or a person's own words */
function readable(reason) {
  return /^[a-z]+(_[a-z]+)+$/.test(reason) ? reason.replaceAll('_', ' ') : reason;
}
