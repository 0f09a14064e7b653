import { get } from '../../api/client.js';
import { ApiFailure } from '../../api/failure.js';
import { badge } from '../../kit/badges.js';
import { Current } from '../../kit/current.js';
import { el } from '../../kit/dom.js';
import { datum } from '../../kit/long-text.js';
import { table } from '../../kit/table.js';
import { every } from './polling.js';

const REFRESH_PAUSE_MS = 5_000;
/** What says that something is down is an answer, and no failure to answer. */
const DOWN = 503;

/** @typedef {{ name: string, up: boolean, detail?: string }} Part */

/**
 * @param {AbortSignal} signal
 * @returns {Promise<{ status: string, parts: Record<string, { up: boolean, detail?: string }> }>}
 * @throws {ApiFailure}
 */
export async function loadHealth(signal) {
  const { body } = await get('/health', { alsoTakes: DOWN, signal });
  // Somebody between the page and the program says 503 as well, and knows nothing of its parts.
  if (body?.parts) return body;
  throw new ApiFailure('away', 'Nobody says how the parts of the program are.');
}

/** @type {readonly import('../../kit/table.js').Column<Part>[]} */
const COLUMNS = [
  {
    name: 'Part',
    isHeading: true,
    kind: 'part-name',
    cell: ({ name }) => el('bdi', { class: 'mono' }, name),
  },
  { name: 'State', cell: ({ up }) => (up ? badge('ready', 'green') : badge('not ready', 'red')) },
];
/** @type {import('../../kit/table.js').Column<Part>} */
const WHY_NOT = { name: 'Why not', cell: ({ detail }) => datum(detail) };

/**
 * The parts of the program that serves this page, those that are down first.
 *
 * @param {HTMLElement} place
 * @param {import('../../router.js').Visit} visit
 */
export function openHealth(place, visit) {
  const list = el('div');
  place.append(el('section', { class: 'card', 'aria-label': 'Parts of the program' }, list));
  let drawn = '';
  const current = new Current(visit, {
    place: list,
    load: async (signal, isDrawn) => {
      const report = await loadHealth(signal);
      const now = JSON.stringify(report);
      if (isDrawn && now === drawn) return;
      drawn = now;
      list.replaceChildren(...shown(report));
    },
  });
  every(visit, REFRESH_PAUSE_MS, () => void current.renew());
  return current.renew();
}

/** @param {Awaited<ReturnType<typeof loadHealth>>} report */
function shown({ status, parts }) {
  const rows = Object.entries(parts)
    .map(([name, part]) => ({ name, ...part }))
    .sort((one, other) => Number(one.up) - Number(other.up) || (one.name < other.name ? -1 : 1));
  const down = rows.filter(({ up }) => !up).length;
  const words =
    down === 0
      ? 'All parts of the program that serves this page are ready.'
      : status === 'up'
        ? 'The program does its work; what is not ready makes it slower, or stops a part of it.'
        : 'The program cannot do its work. Show this to whoever runs it: nothing that was taken is lost.';
  const tone = down === 0 ? 'green' : status === 'up' ? 'amber' : 'red';
  return [
    el('p', { class: 'notice', 'data-tone': tone }, words),
    table({
      label: 'Parts of the program',
      columns: down === 0 ? COLUMNS : [...COLUMNS, WHY_NOT],
      rows,
      kind: 'parts-health',
    }).box,
  ];
}
