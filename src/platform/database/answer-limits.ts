const limitsMsByStatement = new Map<string, number>();

/**
 * Gives the answer to a statement a deadline of its own, where nobody waits as long as for other answers. A connection that
 * misses it is closed, so the limit is well above what a busy server takes. For constants only.
 *
 * @returns the statement itself, to be run as any other
 */
export function answeredWithin(limitMs: number, statement: string): string {
  limitsMsByStatement.set(statement, limitMs);
  return statement;
}

/** The deadline that a statement was given, undefined for one without. */
export function answerLimitOf(statement: unknown): number | undefined {
  return typeof statement === 'string' ? limitsMsByStatement.get(statement) : undefined;
}
