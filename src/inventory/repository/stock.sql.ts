import { BatchTable, BIGINT, type Column, column, TEXT } from '../../platform/database/batch-table.js';
import { prepared } from '../../platform/database/prepared-statements.js';
import type { Movement } from '../model/movement.js';
import type { StockLevel } from '../model/stock-level.js';

const LEVELS = new BatchTable<StockLevel>('inventory.stock', [
  column('chrt_id', BIGINT, (level) => level.chrtId),
  column('nm_id', BIGINT, (level) => level.nmId),
  column('on_hand', BIGINT, (level) => level.onHand),
  column('reserved', BIGINT, (level) => level.reserved),
  column('version', BIGINT, (level) => level.version),
]);

const MOVEMENT_COLUMNS: readonly Column<Movement>[] = [
  column('chrt_id', BIGINT, (movement) => movement.chrtId),
  column('kind', TEXT, (movement) => movement.kind),
  column('on_hand_delta', BIGINT, (movement) => movement.onHandDelta),
  column('reserved_delta', BIGINT, (movement) => movement.reservedDelta),
  column('on_hand', BIGINT, (movement) => movement.onHand),
  column('reserved', BIGINT, (movement) => movement.reserved),
  column('order_uid', TEXT, (movement) => movement.orderUid),
  column('content_version', BIGINT, (movement) => movement.contentVersion),
  column('reason', TEXT, (movement) => movement.reason),
  column('cause', TEXT, (movement) => movement.cause),
];

const MOVEMENTS = new BatchTable('inventory.movements', MOVEMENT_COLUMNS);
/** With names of people. What orders move has none, and does without the column. */
const NAMED_MOVEMENTS = new BatchTable<Movement>('inventory.movements', [
  ...MOVEMENT_COLUMNS,
  column('made_by', TEXT, (movement) => movement.by),
]);

/** As {@link StockLevel} has them. */
export const LEVEL_FIELDS = `chrt_id AS "chrtId", nm_id AS "nmId", on_hand AS "onHand", reserved, version`;

/**
 * Holds the levels until the transaction ends. All who change levels lock them by `chrt_id`, ascending, by this one statement,
 * so that they wait for each other instead of deadlocking. Who has waited sees what the others have left.
 *
 * What looks rows up is planned each time: a plan that was made for an empty table reads all of it, also once a file has
 * brought a million rows.
 */
export const LOCK_LEVELS = `
  SELECT ${LEVEL_FIELDS} FROM inventory.stock WHERE chrt_id = ANY ($1::bigint[]) ORDER BY chrt_id FOR UPDATE`;

/**
 * Inserts the levels that are not there yet, and tells which. Sorted, and ahead of {@link LOCK_LEVELS}, which waits for no
 * row that is not committed: so nothing can deadlock over what is new.
 */
export const INSERT_NEW_LEVELS = prepared(`
  INSERT INTO inventory.stock (${LEVELS.columnNames.join(', ')}, updated_at)
  SELECT ${LEVELS.columnNames.join(', ')}, now() FROM ${LEVELS.unnested('e')}
  ORDER BY chrt_id ON CONFLICT (chrt_id) DO NOTHING RETURNING chrt_id`);

/** Of levels that are locked. */
export const UPDATE_LEVELS = `
  UPDATE inventory.stock AS s
  SET nm_id = e.nm_id, on_hand = e.on_hand, reserved = e.reserved, version = e.version, updated_at = now()
  FROM ${LEVELS.unnested('e')} WHERE s.chrt_id = e.chrt_id`;

/** Their ids grow in the order in which they were made: nobody else moves what is locked. */
const insertInto = (movements: typeof MOVEMENTS): string =>
  prepared(`
  INSERT INTO inventory.movements (${movements.columnNames.join(', ')})
  SELECT ${movements.columnNames.join(', ')} FROM ${movements.unnested('e')} ORDER BY e.place`);
const INSERT_MOVEMENTS = insertInto(MOVEMENTS);
const INSERT_NAMED_MOVEMENTS = insertInto(NAMED_MOVEMENTS);

/** The statement that inserts movements, and its parameters. */
export function insertionOf(movements: readonly Movement[]): [statement: string, parameters: Buffer[]] {
  return movements.some(({ by }) => by !== undefined)
    ? [INSERT_NAMED_MOVEMENTS, NAMED_MOVEMENTS.arraysOf(movements)]
    : [INSERT_MOVEMENTS, MOVEMENTS.arraysOf(movements)];
}

/** The places, from 1, of levels that have less on hand than is reserved by now. */
export const BELOW_RESERVED = `
  SELECT e.place::integer AS place FROM ${LEVELS.unnested('e')} JOIN inventory.stock AS s ON s.chrt_id = e.chrt_id
  WHERE e.on_hand < s.reserved ORDER BY e.place`;

export const arraysOfLevels = (levels: readonly StockLevel[]): Buffer[] => LEVELS.arraysOf(levels);
