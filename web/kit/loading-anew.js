const REMEMBERED_AS = 'waybill-loaded-anew';
/** One is enough where the server was updated. Where several versions serve side by side the first may fail as well. */
const MOST_TIMES = 2;
const WITHIN_MS = 60_000;

/**
 * Loads the page anew, since a file of it is not there: it is of another version than the server that was asked.
 *
 * @returns {boolean} false where that was done a few times just now, and did not help: the reader has to be told
 */
export function loadAnew() {
  try {
    const times = recentTimes();
    if (times.length >= MOST_TIMES) return false;
    sessionStorage.setItem(REMEMBERED_AS, JSON.stringify([...times, Date.now()]));
  } catch {
    // What cannot be remembered cannot be bounded.
    return false;
  }
  location.reload();
  return true;
}

/** @returns {number[]} milliseconds since the Unix epoch */
function recentTimes() {
  /** @type {unknown} */
  const times = JSON.parse(sessionStorage.getItem(REMEMBERED_AS) ?? '[]');
  const now = Date.now();
  return Array.isArray(times) ? times.filter((time) => time > now - WITHIN_MS && time <= now) : [];
}
