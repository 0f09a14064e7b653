import { classifyRedisFailure } from './cache/redis-failures.js';
import type { Context } from './context.js';
import { classifyDatabaseFailure } from './database/database-failures.js';
import type { FailureClassifier } from './failures/failure-classifier.js';
import { Failures } from './failures/failures.js';
import { classifyNetworkFailure } from './failures/network-failures.js';
import { classifyKafkaFailure } from './messaging/kafka/kafka-failures.js';

/**
 * One for each thing that the program leans on. Some codes of the system have the form of an SQLSTATE (`EPIPE`), and pg tells
 * some failures in words that others may use too, so the database is asked last.
 */
const PLATFORM_CLASSIFIERS: readonly FailureClassifier[] = [
  classifyKafkaFailure,
  classifyRedisFailure,
  classifyNetworkFailure,
  classifyDatabaseFailure,
];

/**
 * All that is known of failures in a house of these contexts. Theirs are asked after the platform's, so that no context can
 * change how the failures of another are judged.
 */
export function knownFailures(contexts: readonly Pick<Context, 'classifyFailure'>[] = []): Failures {
  const own = contexts.flatMap(({ classifyFailure }) => classifyFailure ?? []);
  return new Failures([...PLATFORM_CLASSIFIERS, ...own]);
}
