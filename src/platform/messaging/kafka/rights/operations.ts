/** The protocol's codes of operations (`AclOperation`), of which an account may have each. */
const CODES = { READ: 3, WRITE: 4, DESCRIBE: 8 } as const;
export type Operation = keyof typeof CODES;
const OPERATIONS = Object.keys(CODES) as Operation[];

/** What a broker answers that was not asked, or does not say. */
const NOT_TOLD = -(2 ** 31);

/** @param bits one for the code of each operation @returns undefined where the broker does not say */
export function operationsIn(bits: number): ReadonlySet<Operation> | undefined {
  if (bits === NOT_TOLD) return undefined;
  return new Set(OPERATIONS.filter((operation) => (bits & (1 << CODES[operation])) !== 0));
}
