import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { ConsumerLag } from './consumer-lag.js';
import type { BatchHandler } from './received-event.js';
import { roleOf, type Subscription } from './subscription.js';

/** What `main` connects Nest's event handlers with. */
export const EVENT_SERVER = Symbol('EventServer');

/** A subscription with its handler. */
export interface Subscriber extends Subscription {
  readonly handler: BatchHandler;
}

/**
 * The base of all transports: keeps the subscribers itself, since Nest chains a second handler of a topic behind the
 * first and keeps only the first one's options.
 */
export abstract class EventServer extends Server implements CustomTransportStrategy {
  /** Failures of handlers are ours to act on, not Nest's to log. */
  override readonly propagatesEventHandlerErrors = true;
  protected readonly subscribers: Subscriber[] = [];

  /** @throws Error when the context has a handler of that topic and mode already, or one of that mode for another role */
  override addHandler(pattern: unknown, handler: MessageHandler): void {
    const subscription = requireSubscription(pattern);
    const { context, topic, mode } = subscription;
    const isDuplicate = (other: Subscription): boolean =>
      other.context === context && other.topic === topic && other.mode === mode;
    if (this.subscribers.some(isDuplicate)) {
      throw new Error(
        `the context ${context} has two handlers of the topic ${topic} (${mode}): expected one`,
      );
    }
    const role = roleOf(subscription);
    const other = this.subscribers.find(
      (one) => one.context === context && one.mode === mode && roleOf(one) !== role,
    );
    if (other !== undefined) {
      throw new Error(
        `the context ${context} has handlers (${mode}) for the roles ${roleOf(other)} and ${role}: expected one role`,
      );
    }
    this.subscribers.push({ ...subscription, handler: asBatchHandler(handler) });
  }

  abstract override listen(callback: (error?: unknown) => void): void;

  abstract override close(): Promise<void>;

  /** How far contexts are behind in topics that they share the work of; without those of which nothing is known now. */
  abstract lags(): Promise<readonly ConsumerLag[]>;

  on(): never {
    throw new Error('a transport of events has no events of its own to listen to');
  }

  unwrap<T>(): T {
    return this as unknown as T;
  }
}

function requireSubscription(pattern: unknown): Subscription {
  const { context, topic, mode, role } = (pattern ?? {}) as Partial<Subscription>;
  if (context === undefined || topic === undefined || mode === undefined) {
    throw new Error(
      `a handler is subscribed by ${JSON.stringify(pattern)}: expected @Subscribe({context, topic, mode})`,
    );
  }
  return { context, topic, mode, ...(role !== undefined && { role }) };
}

function asBatchHandler(messageHandler: MessageHandler): BatchHandler {
  return async (events) => {
    const result: unknown = await messageHandler(events);
    if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  };
}
