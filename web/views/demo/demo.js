import { features } from '../../api/features.js';
import { tell } from '../../kit/announcing.js';
import { copyButton } from '../../kit/copy.js';
import { Current } from '../../kit/current.js';
import { counted, el } from '../../kit/dom.js';
import { Patience } from '../../kit/patience.js';
import { asShownFailure, emptyState, refusalWords } from '../../kit/states.js';
import { followedOrders } from './followed.js';
import { MOST_LIVES, MOST_ORDERS, sendOrders, sendSteadily } from './sending.js';

const PACES = /** @type {const} */ ([
  ['once', 'once', 0],
  ['second', 'a second, until stopped', 1],
  ['minute', 'a minute, until stopped', 1 / 60],
]);

/**
 * Made-up orders, for those who want to see the program at work.
 *
 * @type {import('../../router.js').View['open']}
 */
export async function open(place, visit) {
  visit.title('Demo');
  const region = el('div', { class: 'demo' });
  place.append(el('h1', { class: 'visually-hidden' }, 'Demo'), region);
  const current = new Current(visit, {
    place: region,
    load: async () => {
      const { demo } = await features();
      if (demo) show(region, visit);
      else region.replaceChildren(switchedOff());
    },
  });
  await current.renew();
}

function switchedOff() {
  return emptyState(
    'No orders are made up here',
    'The setting DEMO is off on this server, as it is by default where others than its own machine reach it. Whoever runs it can switch it on.',
    el('a', { href: '/' }, 'To the orders'),
  );
}

/**
 * @param {HTMLElement} region
 * @param {import('../../router.js').Visit} visit
 */
function show(region, visit) {
  // Drawn once: a reset of the stream asks for everything anew, and what runs here goes on.
  if (region.querySelector('form')) return;
  const followed = followedOrders(visit);
  const count = el('input', {
    id: 'demo-count',
    name: 'count',
    type: 'number',
    min: '1',
    max: String(MOST_ORDERS),
    value: '3',
    required: true,
  });
  const pace = el(
    'select',
    { id: 'demo-pace', name: 'pace' },
    ...PACES.map(([value, words]) => el('option', { value }, words)),
  );
  const life = el('input', {
    id: 'demo-life',
    name: 'life',
    type: 'checkbox',
    'aria-describedby': 'demo-life-hint',
  });
  life.checked = true;
  const submit = el('button', { type: 'submit', class: 'primary' }, 'Send');
  const patience = new Patience();
  const note = el('p', { class: 'notice', 'data-tone': 'amber', role: 'status', hidden: true });
  const form = el(
    'form',
    { class: 'demo-form' },
    el('div', { class: 'field' }, el('label', { for: 'demo-count' }, 'Orders'), count),
    el('div', { class: 'field' }, el('label', { for: 'demo-pace' }, 'How often'), pace),
    el(
      'div',
      { class: 'demo-life' },
      life,
      el('label', { for: 'demo-life' }, 'Play a life for each'),
      el(
        'span',
        { id: 'demo-life-hint', class: 'muted small' },
        `It is paid for, sent, lost, returned and so on within 30 seconds; ${MOST_LIVES} at a time.`,
      ),
    ),
    submit,
  );
  /** @type {AbortController | undefined} what is sent at a rate */
  let running;

  life.addEventListener('change', bound);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (running) stop();
    else if (pace.value === 'once') void once();
    else void atARate();
  });
  visit.signal.addEventListener('abort', () => running?.abort());

  /** Lives are few at a time. */
  function bound() {
    count.max = String(life.checked ? MOST_LIVES : MOST_ORDERS);
  }

  async function once() {
    if (submit.getAttribute('aria-disabled') === 'true') return;
    submit.setAttribute('aria-disabled', 'true');
    try {
      sent(await patience.during(sendOrders(count.valueAsNumber, life.checked, visit.signal)));
      tell(`${counted(count.valueAsNumber, 'order')} sent.`);
    } catch (thrown) {
      failed(thrown);
    } finally {
      submit.removeAttribute('aria-disabled');
    }
  }

  async function atARate() {
    const stopping = new AbortController();
    running = stopping;
    const perSecond = count.valueAsNumber * (PACES.find(([value]) => value === pace.value)?.[2] ?? 1);
    freeze(true);
    await sendSteadily(
      { perSecond, withLives: life.checked },
      { sent, failed },
      AbortSignal.any([stopping.signal, visit.signal]),
    );
  }

  function stop() {
    running?.abort();
    running = undefined;
    note.hidden = true;
    freeze(false);
    tell('No more orders are sent.');
  }

  /** @param {boolean} isRunning */
  function freeze(isRunning) {
    submit.textContent = isRunning ? 'Stop' : 'Send';
    for (const field of [count, pace, life]) field.disabled = isRunning;
  }

  /** @param {readonly string[]} orderUids */
  function sent(orderUids) {
    note.hidden = true;
    followed.add(orderUids);
  }

  /** @param {unknown} thrown */
  function failed(thrown) {
    if (visit.signal.aborted) return;
    const failure = asShownFailure(thrown);
    note.textContent = running
      ? `${failure.message} It is tried again in a moment.`
      : refusalWords(failure, 'Some may have been sent: look at the newest orders before you try again.');
    note.hidden = false;
  }

  bound();
  region.replaceChildren(
    el(
      'section',
      { class: 'card', 'aria-labelledby': 'send-heading' },
      el(
        'header',
        { class: 'card-head' },
        el('h2', { id: 'send-heading' }, 'Send made-up orders'),
        el('span', { class: 'muted' }, 'Sending at a rate stops when you leave this view.'),
      ),
      form,
      note,
      patience.element,
      commandLine(),
    ),
    followed.element,
  );
}

/** For more than a page sends. */
function commandLine() {
  const command = `npx waybill simulate --rate 20/s --for 10m --http ${location.origin}`;
  return el(
    'p',
    { class: 'muted small demo-command' },
    'More, and for longer, from a terminal: ',
    el('code', {}, command),
    copyButton(command, 'the command'),
  );
}
