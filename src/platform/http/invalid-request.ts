import { describeFaults } from '../validation/field-fault.js';
import { ProblemError, type ProblemFault } from './problem.js';

/**
 * What a caller is told whose request cannot be taken for what it says: 400, with every fault.
 *
 * @param what is not valid: 'the order', 'the query'
 */
export function invalidRequest(what: string, faults: readonly ProblemFault[]): ProblemError {
  return new ProblemError(400, `${what} is not valid: ${describeFaults(faults)}`, { errors: faults });
}

/**
 * The same where one parameter alone is looked at.
 *
 * @param detail what it has to be: 'must be a whole number'
 */
export function invalidParameter(name: string, detail: string): ProblemError {
  return new ProblemError(400, `${name} ${detail}`, { errors: [{ path: name, detail }] });
}
