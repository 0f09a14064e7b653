import { RouteConfig } from '@nestjs/platform-fastify';
import { READS_BODY } from '../../platform/http/request-bodies.js';
import { ENTRY_NAME } from '../model/entry-key.js';
import type { Operation } from '../service/entries.metrics.js';
import { entryProblemMembers } from './entry-problems.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a route does with cache entries, for the metrics. */
    readonly entryOperation?: Operation;
  }
}

export const ENTRIES_PATH = '/v1/cache';
export const ENTRY_PATTERN = `${ENTRIES_PATH}/:key`;
export const BATCH_GET_PATH = `${ENTRIES_PATH}/batch/get`;
export const BATCH_SET_PATH = `${ENTRIES_PATH}/batch/set`;

/** All of them, which count together where ENTRIES_RATE_LIMIT is set. */
export const ENTRIES_ROUTES = [ENTRIES_PATH, ENTRY_PATTERN, BATCH_GET_PATH, BATCH_SET_PATH];

/** What all routes of this context have. @param maxBodyBytes of a route that reads bodies */
export const EntriesRoute = (entryOperation: Operation, maxBodyBytes?: number): MethodDecorator =>
  RouteConfig({
    ...(maxBodyBytes !== undefined && { ...READS_BODY, maxBodyBytes }),
    entryOperation,
    problemMembers: entryProblemMembers,
    parametersMustBe: ENTRY_NAME,
  });
