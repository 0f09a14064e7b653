import { EventPattern } from '@nestjs/microservices';
import type { Role } from '../config/environment.js';

/**
 * - `shared`: each event goes to one process of the context's group, and is either processed or becomes a dead letter
 * - `broadcast`: every process gets all that is new; an event that the handler fails on is skipped. A batch without
 *   events says that some may have been missed: at the start, and after the process was cut off for a while
 * - `replay`: every process reads the topic from its beginning, and then what is new. A batch without events says that the
 *   end that the topic had at the start is passed. Events may come again, after the process was cut off for a while
 */
export type SubscriptionMode = 'shared' | 'broadcast' | 'replay';

/** What a handler asks a transport for. */
export interface Subscription {
  /** The name of the handler's context: what the handler refuses is that context's dead letter. */
  readonly context: string;
  /** As the code calls it, such as `orders`. */
  readonly topic: string;
  readonly mode: SubscriptionMode;
  /**
   * The role of the processes that it is for, where that is not `consumer` for what is shared and `api` for all else. Handlers of
   * a context and mode have one role, since their processes have one group.
   */
  readonly role?: Role;
}

/** The role of the processes that a subscription is for. */
export const roleOf = ({ mode, role = mode === 'shared' ? 'consumer' : 'api' }: Subscription): Role => role;

/** Makes a method of a controller the handler of a topic's events, in batches of `ReceivedEvent`. */
export function Subscribe(subscription: Subscription): MethodDecorator {
  return EventPattern(subscription);
}
