import type { MessageHandler } from '@nestjs/microservices';
import { describe, expect, it } from 'vitest';
import { EventServer, type Subscriber } from './event-server.js';
import { roleOf, type SubscriptionMode } from './subscription.js';

class Transport extends EventServer {
  override listen(): void {
    return;
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }

  override lags(): Promise<[]> {
    return Promise.resolve([]);
  }

  all(): readonly Subscriber[] {
    return this.subscribers;
  }
}

const handler: MessageHandler = () => Promise.resolve();
const to = (context: string, mode: SubscriptionMode) => ({ context, topic: 'orders', mode });

describe('a transport', () => {
  it('keeps the subscribers of one topic apart, by context and by mode', () => {
    const transport = new Transport();
    const all = [to('orders', 'shared'), to('orders', 'broadcast'), to('payments', 'shared')];
    for (const subscription of all) transport.addHandler(subscription, handler);
    expect(transport.all()).toMatchObject(all);
  });

  it('refuses a second handler of the same context, topic and mode', () => {
    const transport = new Transport();
    transport.addHandler(to('orders', 'shared'), handler);
    expect(() => transport.addHandler(to('orders', 'shared'), handler)).toThrow(
      'the context orders has two handlers of the topic orders (shared): expected one',
    );
  });

  it('refuses handlers of a context and mode for two roles, since their processes have one group', () => {
    const transport = new Transport();
    transport.addHandler({ ...to('entries', 'shared'), role: 'worker' }, handler);
    transport.addHandler({ ...to('entries', 'shared'), topic: 'others', role: 'worker' }, handler);
    transport.addHandler(to('entries', 'broadcast'), handler);
    expect(() => transport.addHandler({ ...to('entries', 'shared'), topic: 'more' }, handler)).toThrow(
      'the context entries has handlers (shared) for the roles worker and consumer: expected one role',
    );
    expect(transport.all().map(roleOf)).toEqual(['worker', 'worker', 'api']);
  });

  it("refuses a handler that is subscribed in Nest's own way", () => {
    expect(() => new Transport().addHandler('orders', handler)).toThrow('expected @Subscribe');
  });
});
