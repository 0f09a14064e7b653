import type { Column, Rule, Schema } from './schema.js';

/**
 * What the code of the step before could no longer do after it: for the length of a deployment it runs on the new
 * schema, reading and writing as it knows how to.
 *
 * @param byName constraints that ON CONFLICT finds by their names: such a one may get further columns
 * @returns one line a fault
 */
export function faultsForOldCode(
  before: Schema,
  after: Schema,
  byName: ReadonlySet<string> = new Set(),
): string[] {
  const isWidened = (old: Rule, rule: Rule): boolean =>
    byName.has(rule.name) &&
    [rule.table, rule.name, rule.unique].join() === [old.table, old.name, old.unique].join() &&
    old.columns.every((name) => rule.columns.includes(name));
  const wasThere = new Set(before.columns.map(({ table }) => table));
  const inOldTables = <T extends { table: string }>(things: readonly T[]): T[] =>
    things.filter(({ table }) => wasThere.has(table));
  return [
    ...before.columns.flatMap((column) => faultOfOldColumn(column, after)),
    ...inOldTables(after.columns).flatMap((column) => faultOfNewColumn(column, before)),
    ...inOldTables(after.rules)
      .filter((rule) => !before.rules.some((old) => isWidened(old, rule)))
      .flatMap((rule) => faultOfNewRule(rule, before, after)),
    ...inOldTables(before.rules)
      .filter((old) => !after.rules.some((rule) => isWidened(old, rule)))
      .flatMap((rule) => faultOfLostRule(rule, after)),
  ];
}

/** Of an index as PostgreSQL tells it: its table. */
const INDEXED_TABLE = /^CREATE (?:UNIQUE )?INDEX \S+ ON (?:public\.)?(\S+) /;

/**
 * What nobody could write to while a step within a transaction made indexes of it: tables that were there before.
 *
 * @returns one line a fault
 */
export function heldTables(before: Schema, after: Schema): string[] {
  const wasThere = new Set(before.columns.map(({ table }) => table));
  return after.lines
    .filter((line) => !before.lines.includes(line) && wasThere.has(INDEXED_TABLE.exec(line)?.[1] ?? ''))
    .map((line) => `it is to be built CONCURRENTLY, outside of a transaction: ${line}`);
}

/** @returns one line for each thing that is in only one of the two */
export function differences(expected: Schema, found: Schema): string[] {
  return [
    ...expected.lines.filter((line) => !found.lines.includes(line)).map((line) => `is missing: ${line}`),
    ...found.lines.filter((line) => !expected.lines.includes(line)).map((line) => `is too much: ${line}`),
  ];
}

const columnIn = (schema: Schema, { table, name }: Column): Column | undefined =>
  schema.columns.find((column) => column.table === table && column.name === name);

const ruleIn = (schema: Schema, { table, definition }: Rule): Rule | undefined =>
  schema.rules.find((rule) => rule.table === table && rule.definition === definition);

function faultOfOldColumn(old: Column, after: Schema): string[] {
  const place = `${old.table}.${old.name}`;
  const now = columnIn(after, old);
  if (now === undefined) return [`${place} is gone`];
  if (now.type !== old.type) return [`${place} was ${old.type} and is ${now.type}`];
  if (old.nullable && !now.nullable) return [`${place} may no longer be null`];
  if (old.filled && !now.filled && !now.nullable) return [`${place} has lost its default`];
  return [];
}

function faultOfNewColumn(column: Column, before: Schema): string[] {
  if (columnIn(before, column) !== undefined || column.nullable || column.filled) return [];
  return [`${column.table}.${column.name} is new, and neither nullable nor filled by a default`];
}

function faultOfNewRule(rule: Rule, before: Schema, after: Schema): string[] {
  if (ruleIn(before, rule) !== undefined) return [];
  // Old code leaves new columns null, and no rule but NOT NULL refuses that.
  const staysNull = (name: string): boolean =>
    after.columns.some(
      (column) =>
        column.table === rule.table &&
        column.name === name &&
        column.nullable &&
        !column.filled &&
        columnIn(before, column) === undefined,
    );
  if (rule.columns.length > 0 && rule.columns.every(staysNull)) return [];
  return [`${rule.table} has a new rule that old code does not know: ${rule.name} ${rule.definition}`];
}

/** ON CONFLICT names the columns of a rule that has to be there. */
function faultOfLostRule(rule: Rule, after: Schema): string[] {
  if (!rule.unique || ruleIn(after, rule) !== undefined) return [];
  return [`${rule.table} has lost ${rule.name} ${rule.definition}, which ON CONFLICT may need`];
}
