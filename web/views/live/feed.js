import { live } from '../../api/live.js';
import { Attention } from '../../kit/attention.js';
import { button, counted, el } from '../../kit/dom.js';
import { onKey } from '../../shell/keyboard.js';
import { rowOf } from './change-rows.js';
import { Changes } from './changes.js';

/** Rows that are in the page: more than fit on a screen, and few enough to be laid out in a moment. */
const MAX_ROWS = 200;
/** Rows that come faster than that cannot be read, and each picture of them costs time. */
const DRAW_PAUSE_MS = 100;

const CONNECTION = {
  connecting: 'connecting …',
  connected: 'connected',
  reconnecting: 'reconnecting … What happens meanwhile is shown afterwards.',
  paused: 'let go while the tab was not seen',
};

/**
 * Changes of orders as they come, the newest above. The list stands still while it is paused, and while the pointer or the
 * keyboard's focus is in it; what comes meanwhile waits.
 *
 * @param {import('../../router.js').Visit} visit
 * @returns {HTMLElement}
 */
export function feed(visit) {
  const changes = new Changes(MAX_ROWS);
  const list = el('ol', {});
  const empty = el('p', { class: 'muted feed-empty' }, 'Changes appear here as they happen.');
  // A busy feed must not talk over everything else: it can be read, it does not announce itself.
  const log = el(
    'div',
    { class: 'feed', role: 'log', 'aria-live': 'off', 'aria-label': 'Changes', tabindex: '0' },
    empty,
    list,
  );
  const state = el('span', { class: 'feed-state' });
  const heardWords = el('span', { class: 'muted', 'data-heard': '0' });
  const waitingWords = el('span', { class: 'feed-waiting', role: 'status' });
  const pauseButton = button('Pause', () => setPaused(!isPaused), {
    'aria-pressed': 'false',
    'aria-keyshortcuts': 'p',
  });
  const attention = new Attention(log, () => ask());
  let heard = 0;
  let isPaused = false;
  let drawnAtMs = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  live.listen(
    {
      heard: (events) => {
        heard += events.length;
        changes.add(events);
        ask();
      },
      reset: () => {
        changes.addGap();
        ask();
      },
      became: (became) => {
        state.dataset.state = became;
        state.textContent = CONNECTION[became];
      },
    },
    visit.signal,
  );
  onKey(
    { key: 'p', words: 'Pause the list of changes, or go on', press: () => setPaused(!isPaused) },
    visit.signal,
  );
  visit.signal.addEventListener('abort', () => clearTimeout(timer));

  /** @param {boolean} paused */
  function setPaused(paused) {
    isPaused = paused;
    pauseButton.setAttribute('aria-pressed', String(paused));
    pauseButton.textContent = paused ? 'Go on' : 'Pause';
    visit.announce(paused ? 'The list of changes is paused.' : 'The list of changes goes on.');
    draw();
  }

  /** Has the list drawn: now, or once the last picture has stood for a moment. */
  function ask() {
    timer ??= setTimeout(
      () => {
        timer = undefined;
        requestAnimationFrame(() => !visit.signal.aborted && draw());
      },
      Math.max(0, drawnAtMs + DRAW_PAUSE_MS - performance.now()),
    );
  }

  function draw() {
    drawnAtMs = performance.now();
    const isHeld = isPaused || attention.isHeld;
    heardWords.textContent = `${counted(heard, 'change')} since this view was opened`;
    heardWords.dataset.heard = String(heard);
    if (!isHeld) show();
    changes.endPicture();
    waitingWords.textContent =
      isHeld && changes.waiting > 0
        ? `${waitingText()} ${isPaused ? '' : 'until the pointer and the focus have left the list'}`
        : '';
  }

  function waitingText() {
    return `${counted(changes.waiting, 'change')} ${changes.waiting === 1 ? 'waits' : 'wait'}`;
  }

  function show() {
    const entries = changes.take();
    if (entries.length === 0) return;
    empty.hidden = true;
    list.prepend(...entries.reverse().slice(0, MAX_ROWS).map(rowOf));
    while (list.childElementCount > MAX_ROWS) list.lastElementChild?.remove();
  }

  draw();
  return el(
    'section',
    { class: 'card feed-card', 'aria-labelledby': 'feed-heading' },
    el(
      'header',
      { class: 'card-head' },
      el('h2', { id: 'feed-heading' }, 'Changes'),
      state,
      heardWords,
      waitingWords,
      pauseButton,
    ),
    log,
  );
}
