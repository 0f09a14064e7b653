import { Environment } from '../../src/platform/config/environment.js';
import type { Database } from '../../src/platform/database/database.js';
import { DeadLetterCapacity } from '../../src/platform/dead-letters/dead-letter-capacity.js';
import { DeadLetters } from '../../src/platform/dead-letters/dead-letters.js';
import type { MessagingMetrics } from '../../src/platform/messaging/messaging.metrics.js';
import { Topics } from '../../src/platform/messaging/topics.js';
import { unregisteredMetrics } from './messaging-metrics.js';
import { newOutbox } from './new-outbox.js';

interface Parts {
  topics?: Topics;
  metrics?: MessagingMetrics;
  settings?: Partial<Environment>;
}

/** The dead letters of a database, whose copies no relay of the same process looks for. */
export function newDeadLetters(
  database: Database,
  { topics = new Topics([]), metrics = unregisteredMetrics(), settings = {} }: Parts = {},
): DeadLetters {
  const capacity = new DeadLetterCapacity(database, Object.assign(new Environment(), settings));
  return new DeadLetters(newOutbox(), topics, metrics, capacity, database);
}
