import { QueryFailedError } from 'typeorm';
import { Failures } from '../failures/failures.js';
import { classifyNetworkFailure } from '../failures/network-failures.js';
import { classifyDatabaseFailure } from './database-failures.js';

const failures = new Failures([classifyNetworkFailure, classifyDatabaseFailure]);

/**
 * Whether a query of a pool failed on a connection that there was, and may work at once on another one. Where none can be
 * had there is nothing to try.
 */
export function mayWorkOnAnotherConnection(error: unknown): boolean {
  return error instanceof QueryFailedError && failures.kindOf(error) === 'transient';
}
