/**
 * Does something again and again while the page is seen, and once more when it is seen again.
 *
 * @param {import('../../router.js').Visit} visit ends it
 * @param {number} pauseMs
 * @param {() => void} work
 */
export function every(visit, pauseMs, work) {
  const ifSeen = () => {
    if (document.visibilityState === 'visible') work();
  };
  const timer = setInterval(ifSeen, pauseMs);
  document.addEventListener('visibilitychange', ifSeen, { signal: visit.signal });
  visit.signal.addEventListener('abort', () => clearInterval(timer));
}
