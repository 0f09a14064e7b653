import { describe, expect, it } from 'vitest';
import { TopicClaimedTwiceError, Topics } from './topics.js';

const orders = {
  context: 'orders',
  isMain: true,
  own: { orders: 'shop.orders', 'order-status': 'shop.status', 'orders.dead-letter': 'shop.refused' },
  consumes: ['orders'],
};
const payments = {
  context: 'payments',
  isMain: false,
  own: { 'payment-events': 'shop.payments' },
  consumes: ['payment-events', 'order-status'],
};

describe('the topics', () => {
  const topics = new Topics([orders, payments]);

  it('are those of all contexts, and those for dead letters of what each reads', () => {
    expect(topics.all().sort()).toEqual([
      'shop.orders',
      'shop.payments',
      'shop.payments.dead-letter',
      'shop.refused',
      'shop.status',
      'shop.status.payments.dead-letter',
    ]);
    expect(topics.withDeadLetters().sort()).toEqual(['shop.orders', 'shop.payments', 'shop.status']);
  });

  it('have dead letters apart for each context', () => {
    expect(topics.deadLetterTopicOf('orders', 'shop.orders')).toBe('shop.refused');
    expect(topics.deadLetterTopicOf('payments', 'shop.payments')).toBe('shop.payments.dead-letter');
    expect(topics.deadLetterTopicOf('payments', 'shop.orders')).toBe('shop.orders.payments.dead-letter');
  });

  it('of contexts elsewhere are known by their names, and are not ours', () => {
    const alone = new Topics([{ ...orders, consumes: ['orders', 'payment-events'] }], {
      payments: { 'payment-events': 'shop.payments', other: 'shop.orders' },
    });
    expect(alone.deployedName('payment-events')).toBe('shop.payments');
    expect(alone.logicalName('shop.payments')).toBe('payment-events');
    expect(alone.deadLetterTopicOf('orders', 'shop.payments')).toBe('shop.payments.orders.dead-letter');
    expect(alone.logicalName('shop.orders')).toBe('orders');
    expect(alone.isOfMain('shop.payments')).toBe(false);
    expect(new Topics([orders], { payments: { 'payment-events': 'shop.payments' } }).all()).not.toContain(
      'shop.payments',
    );
  });

  it('know whose they are', () => {
    const ofMain = topics.all().filter((topic) => topics.isOfMain(topic));
    expect(ofMain.sort()).toEqual(['shop.orders', 'shop.refused', 'shop.status']);
  });

  it.each([
    ['in code', { orders: 'elsewhere' }, 'elsewhere'],
    ['in the deployment', { 'payment-events': 'shop.orders' }, 'shop.orders'],
  ])('have one owner each: two of one name %s', (_name, own, topic) => {
    const claim = (): Topics => new Topics([orders, { ...payments, own: own }]);
    expect(claim).toThrow(TopicClaimedTwiceError);
    expect(claim).toThrow(`the topic ${topic} is claimed by two contexts: orders and payments`);
  });
});
