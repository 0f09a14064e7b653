import { hash } from 'node:crypto';

/** Hexadecimal digits of a SHA-256: no two statements of a program share as many. */
const NAME_DIGITS = 16;

const namesByStatement = new Map<string, string>();

/**
 * Has a statement planned once a connection, and not each time: for a short one, planning is most of its work. The
 * plan is kept whatever the parameters are and however the tables grow, so it must be a good one for all of them.
 * For constants only, since a connection keeps what it has prepared until it ends.
 *
 * @returns the statement itself, to be run as any other
 */
export function prepared(statement: string): string {
  namesByStatement.set(statement, hash('sha256', statement, 'hex').slice(0, NAME_DIGITS));
  return statement;
}

/** The name that a statement is prepared under, undefined for one that is not. */
export function preparedName(statement: unknown): string | undefined {
  return typeof statement === 'string' ? namesByStatement.get(statement) : undefined;
}
