import { beforeEach, describe, expect, it } from 'vitest';
import { Environment } from '../../config/environment.js';
import type { OutboxMessage } from '../outgoing-message.js';
import { RecentMessages } from './recent-messages.js';

const MIB = 1_048_576;

const message = (id: number, bytes = 10): OutboxMessage => ({
  id,
  topic: 'letters',
  key: 'a',
  headers: {},
  value: Buffer.alloc(bytes),
  createdAtMs: 0,
});
const idsOf = (messages: readonly OutboxMessage[]): number[] => messages.map(({ id }) => id);

describe('recent messages', () => {
  let recent: RecentMessages;

  beforeEach(() => {
    recent = new RecentMessages(new Environment());
  });

  it('gives messages in the order of the ids asked for, up to the first that it does not have', () => {
    for (const id of [3, 1, 2, 5]) recent.remember(message(id));
    expect(idsOf(recent.firstOf([1, 2, 3, 4, 5]))).toEqual([1, 2, 3]);
    expect(recent.firstOf([4, 5])).toEqual([]);
  });

  it('forgets what is done', () => {
    recent.remember(message(1));
    expect(recent.isEmpty).toBe(false);
    recent.forget([message(1), message(2)]);
    expect(recent.isEmpty).toBe(true);
    expect(recent.firstOf([1])).toEqual([]);
  });

  it('keeps the latest when there are more than it has room for', () => {
    for (let id = 1; id <= 17; id++) recent.remember(message(id, MIB));
    expect(recent.firstOf([1])).toEqual([]);
    expect(idsOf(recent.firstOf([3, 10, 17]))).toEqual([3, 10, 17]);
  });

  it('keeps nothing where no relay runs', () => {
    recent = new RecentMessages(Object.assign(new Environment(), { ROLES: ['api', 'consumer'] }));
    recent.remember(message(1));
    expect(recent.isEmpty).toBe(true);
  });
});
