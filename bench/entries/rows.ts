import type { LaneTask } from './load-task.js';

/** How the program runs, by the settings of its processes; the first of them is asked. */
export const ARRANGEMENTS = {
  through: [{}],
  behind: [{ ENTRIES_WRITE: 'behind' }],
  split: [{ ROLES: 'api,relay' }, { ROLES: 'worker' }],
  embedded: [{}],
} as const satisfies Record<string, readonly [object, ...object[]]>;

export type Arrangement = keyof typeof ARRANGEMENTS;

export interface RowSettings {
  readonly entries: number;
  readonly seconds: number;
  /** Of the row that is for a minute. */
  readonly bothSeconds: number;
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
}

export interface Row {
  readonly name: string;
  readonly arrangement: Arrangement;
  readonly seconds: number;
  /** Of requests to the program. */
  readonly lanes: readonly Omit<LaneTask, 'url'>[];
  /** Whether the reads are measured once more, by raw node:http, while writes go to the program as before. */
  readonly isBesideRaw: boolean;
}

/** So many that answers of 10 ms do not hold up what is due. */
const READ_CONNECTIONS = 128;
/** The same with 50 ms. */
const WRITE_CONNECTIONS = 256;
const CLOSED_CONNECTIONS = 32;
const HOT_KEYS = 100;

/** All rows, in the order of the table; those of one arrangement stand together. */
export function rowsFor(settings: RowSettings): Row[] {
  const { entries, seconds, bothSeconds, readsPerSecond, writesPerSecond } = settings;
  const keys = { count: entries, drawn: 'spread' } as const;
  const reads = { connections: READ_CONNECTIONS, perSecond: readsPerSecond, readShare: 1, keys };
  const writes = { connections: WRITE_CONNECTIONS, perSecond: writesPerSecond, readShare: 0, keys };
  const mix = (readShare: number): Row['lanes'] => [{ connections: CLOSED_CONNECTIONS, readShare, keys }];
  const unknown = {
    connections: CLOSED_CONNECTIONS,
    readShare: 1,
    keys: { ...keys, drawn: 'unknown' },
  } as const;
  const hot = {
    connections: CLOSED_CONNECTIONS,
    readShare: 0.7,
    keys: { count: Math.min(HOT_KEYS, entries), drawn: 'even' },
  } as const;
  const row = (name: string, arrangement: Arrangement, lanes: Row['lanes'], own: Partial<Row> = {}): Row => ({
    name,
    arrangement,
    seconds,
    lanes,
    isBesideRaw: false,
    ...own,
  });
  return [
    row('reads', 'through', [reads], { isBesideRaw: true }),
    row('writes', 'through', [writes]),
    row('both', 'through', [reads, writes], { isBesideRaw: true, seconds: bothSeconds }),
    row('50/50', 'through', mix(0.5)),
    row('90/10', 'through', mix(0.9)),
    row('10/90', 'through', mix(0.1)),
    row('all-miss', 'through', [unknown]),
    row('hot 70/30', 'through', [hot]),
    row('behind: writes', 'behind', [writes]),
    row('split: writes', 'split', [writes]),
    row('split: both', 'split', [reads, writes]),
    row('embedded: reads', 'embedded', [reads]),
    row('embedded: writes', 'embedded', [writes]),
    row('embedded: both', 'embedded', [reads, writes]),
  ];
}

/**
 * Those that are asked for.
 *
 * @param only names of rows, or parts of names that find all rows which have them, with commas between them; empty: all
 * @throws RangeError when one finds none
 */
export function chosenRows(rows: readonly Row[], only: string): readonly Row[] {
  const wanted = only.split(',').map((name) => name.trim());
  if (only.trim() === '') return rows;
  const found = wanted.flatMap((part) => {
    const named = rows.filter(({ name }) => name === part);
    const some = named.length > 0 ? named : rows.filter(({ name }) => name.includes(part));
    if (some.length > 0) return some;
    throw new RangeError(`no row has "${part}": there is ${rows.map(({ name }) => name).join(', ')}`);
  });
  return rows.filter((row) => found.includes(row));
}
