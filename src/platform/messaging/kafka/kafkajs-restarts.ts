import type { Failure } from '../../failures/failure-classifier.js';
import { classifyKafkaFailure } from './kafka-failures.js';

/** A consumer that crashes pauses for so long before it begins anew, and for longer each time. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const DEEPEST_CAUSE = 5;
/** How kafkajs begins to say so. */
const WITHOUT_GROUP = 'Consumer group was not initialized';

interface Crash {
  retriable?: boolean;
  retryTime?: number;
  readonly cause?: unknown;
}

interface RunnerOptions {
  readonly consumerGroup: { readonly cluster: object };
  readonly onCrash: (crash: Crash) => unknown;
}

interface Runner {
  fetch(nodeId: unknown): Promise<unknown>;
}
type RunnerClass = new (options: RunnerOptions) => Runner;

/** The next pause of each consumer, which keeps its cluster for as long as it lives. */
const pauses = new WeakMap<object, number>();

/**
 * kafkajs gives up a consumer for good at errors that it does not retry, such as a right that is missing. Somebody may give
 * that right any time: after what passes by itself or is mended elsewhere, a consumer begins anew.
 */
export function withRestarts(Original: RunnerClass): RunnerClass {
  return class extends Original {
    private readonly cluster: object;

    constructor(options: RunnerOptions) {
      const { cluster } = options.consumerGroup;
      super({ ...options, onCrash: (crash) => options.onCrash(asRestarting(crash, cluster)) });
      this.cluster = cluster;
    }

    override async fetch(nodeId: unknown): Promise<unknown> {
      const batches = await super.fetch(nodeId);
      pauses.delete(this.cluster);
      return batches;
    }
  };
}

/**
 * Pauses, resumes or moves on in the group of a consumer. One that has crashed is without a group until it begins anew, and
 * then has another one, in which nothing is paused and GROUP_JOIN says where to begin: there is nothing to be done meanwhile.
 */
export function inItsGroup(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith(WITHOUT_GROUP)) throw error;
  }
}

/** kafkajs looks at the name of an error, and at whether its first cause is marked. */
function asRestarting(crash: Crash, cluster: object): Crash {
  const causes = causesOf(crash);
  if (!causes.some((one) => one.retriable === true || classifyKafkaFailure(one as Failure) === 'transient')) {
    return crash;
  }
  const pauseMs = pauses.get(cluster) ?? FIRST_PAUSE_MS;
  pauses.set(cluster, Math.min(LONGEST_PAUSE_MS, pauseMs * 2));
  causes.at(-1)!.retriable = true;
  crash.retryTime = Math.max(crash.retryTime ?? 0, pauseMs);
  return crash;
}

function causesOf(crash: Crash): Crash[] {
  const causes = [crash];
  for (let { cause } = crash; typeof cause === 'object' && cause !== null; cause = (cause as Crash).cause) {
    if (causes.length === DEEPEST_CAUSE) break;
    causes.push(cause);
  }
  return causes;
}
