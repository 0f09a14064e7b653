import { live } from '../api/live.js';
import { sumOf, trouble } from '../api/trouble.js';
import { el, hidden } from '../kit/dom.js';

const ASK_PAUSE_MS = 15_000;
/** The number has the room of three characters, and moves nothing beside it. */
const MOST_SHOWN = 99;

/** How much waits for somebody; nothing where nothing does, or nobody can say. */
export function troubleCount() {
  const number = el('b', { class: 'nav-count', hidden: true });
  let shown = '';
  /** @param {import('../api/trouble.js').Count} count */
  const show = ({ count, exact }) => {
    const text = count > MOST_SHOWN ? `${MOST_SHOWN}+` : `${count}${exact ? '' : '+'}`;
    if (text === shown) return;
    shown = text;
    number.hidden = count === 0;
    number.replaceChildren(text, hidden(' to see to'));
  };
  const ask = async () => {
    if (document.visibilityState === 'hidden') return;
    // A number that may be old is better than one that comes and goes: what is away is told elsewhere.
    await trouble().then(
      (told) => show(sumOf(told)),
      () => undefined,
    );
  };
  live.listen({
    became: (state) => {
      if (state === 'connected') void ask();
    },
    reset: () => void ask(),
  });
  // The stream may be refused while the number can be had.
  setInterval(() => void ask(), ASK_PAUSE_MS);
  return number;
}
