import { get } from '../../api/client.js';
import { live } from '../../api/live.js';
import { Current } from '../../kit/current.js';
import { counted, el } from '../../kit/dom.js';
import { table } from '../../kit/table.js';
import { RateChart } from './rate-chart.js';
import { columnsOf, knownSeconds, minutesOf, RateNow, total } from './rates.js';

/** @typedef {import('./rates.js').Rates} Rates */

const ASK_PAUSE_MS = 5_000;
const TICK_MS = 1_000;

/**
 * How much came in and went out in the last five minutes: as a chart, in a sentence, and as a table by the minute.
 *
 * @param {import('../../router.js').Visit} visit
 */
export function rateCard(visit) {
  const { signal } = visit;
  const content = el('div', { class: 'rates' });
  const sentence = el('p', { class: 'muted' });
  const minutes = el('div', {});
  const details = el('details', { class: 'rate-table' }, el('summary', {}, 'As a table'), minutes);
  const chart = new RateChart(signal);
  visit.busy(chart.built);
  const now = new RateNow();
  // Somebody who wants little to move gets a picture with each answer, and none in between.
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {{ rates: Rates, atMs: number } | undefined} */
  let last;

  live.listen({ heard: (events) => now.add(events) }, signal);
  const current = new Current(visit, {
    place: content,
    load: async () => {
      const { body } = await get('/api/rates', { signal });
      last = { rates: body, atMs: performance.now() };
      if (!chart.element.isConnected) content.replaceChildren(chart.element, sentence, details);
      sentence.textContent = sentenceOf(last.rates);
      minutes.replaceChildren(tableOf(last.rates));
      draw();
    },
  });

  /** The server's clock is what the spans are told by: the moment that is under way is as long after them as was waited. */
  function draw() {
    if (!last || document.visibilityState === 'hidden') return;
    const nowSeconds = Date.parse(last.rates.until) / 1_000 + (performance.now() - last.atMs) / 1_000;
    chart.show(columnsOf(last.rates, now.perSecond, nowSeconds));
  }

  const ticks = setInterval(() => {
    now.tick();
    if (!isCalm.matches) draw();
  }, TICK_MS);
  const questions = setInterval(
    () => document.visibilityState === 'visible' && void current.renew(),
    ASK_PAUSE_MS,
  );
  signal.addEventListener('abort', () => {
    clearInterval(ticks);
    clearInterval(questions);
  });
  void current.renew();
  return el(
    'section',
    { class: 'card', 'aria-labelledby': 'rates-heading' },
    el('header', { class: 'card-head' }, el('h2', { id: 'rates-heading' }, 'The last five minutes')),
    content,
  );
}

/** @param {Rates} rates */
function sentenceOf(rates) {
  const orders = total(rates.orders_in);
  const changes = total(rates.changes_out);
  const letters = total(rates.dead_letters);
  const came =
    orders === null || changes === null
      ? 'This server has only begun to listen: the first figures come in a few seconds.'
      : `${counted(orders, 'order')} came in, ${counted(changes, 'change')} went out.`;
  const refused =
    letters === null
      ? 'How many events were refused cannot be told right now.'
      : `${counted(letters, 'event')} ${letters === 1 ? 'was' : 'were'} refused.`;
  return `${came} ${refused}${sinceWhen(rates)}`;
}

/** @param {Rates} rates */
function sinceWhen(rates) {
  const seconds = knownSeconds(rates);
  const isWhole = seconds === rates.changes_out.length * rates.bucket_seconds;
  return isWhole || seconds === 0
    ? ''
    : ` This server has listened for ${counted(seconds, 'second')} of them.`;
}

/** @param {Rates} rates */
function tableOf(rates) {
  return table({
    label: 'By the minute',
    rows: minutesOf(rates),
    columns: [
      {
        name: 'Minute',
        isHeading: true,
        cell: ({ minutesAgo }) =>
          minutesAgo === 0 ? 'the last one' : `${counted(minutesAgo, 'minute')} before that`,
      },
      { name: 'Orders in', isNumber: true, cell: ({ orders }) => figure(orders) },
      { name: 'Changes out', isNumber: true, cell: ({ changes }) => figure(changes) },
      { name: 'Refused events', isNumber: true, cell: ({ deadLetters }) => figure(deadLetters) },
    ],
  }).box;
}

/** @param {number | null} count */
function figure(count) {
  return count === null ? 'not known' : count.toLocaleString();
}
