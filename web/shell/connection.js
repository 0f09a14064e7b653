import { live } from '../api/live.js';
import { staleness } from '../api/staleness.js';
import { byId } from '../kit/dom.js';
import { timeElement } from '../kit/time.js';

/** A stream that is refused from the start, or swallowed by a proxy, is told to the reader after this time. */
const FIRST_CONNECTION_DEADLINE_MS = 5_000;

/** Whether the page hears of changes, and whether what it shows may be old. */
export function startConnection() {
  const connection = byId('connection');
  const words = byId('connection-words');
  const bar = byId('staleness');
  let lostAt = new Date();
  let isLost = false;
  const show = () => {
    const since = staleness.since ?? (isLost ? lostAt : undefined);
    // Its button goes with it.
    if (since === undefined && bar.contains(document.activeElement))
      byId('main').focus({ preventScroll: true });
    bar.hidden = since === undefined;
    byId('staleness-words').replaceChildren(
      ...(since === undefined
        ? []
        : [
            live.state === 'connected' ? 'Changes may have been missed' : 'Not connected',
            ': what is shown may be old. It was loaded at ',
            timeElement(since.toISOString(), 'clock'),
            ' or before.',
          ]),
    );
  };
  setTimeout(() => {
    if (live.state !== 'connecting') return;
    isLost = true;
    show();
  }, FIRST_CONNECTION_DEADLINE_MS);
  live.listen({
    became: (state) => {
      connection.dataset.state = state;
      connection.title = `Changes of orders: ${state}`;
      words.textContent = state;
      const wasLost = isLost;
      isLost = state === 'connected' ? false : isLost || state === 'reconnecting' || state === 'paused';
      if (isLost && !wasLost) lostAt = new Date();
      show();
    },
  });
  staleness.listen(show);
  byId('load-anew').addEventListener('click', () => live.askForReset());
  live.start();
}
