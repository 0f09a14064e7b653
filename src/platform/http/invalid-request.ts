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
