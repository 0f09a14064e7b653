import { describe, expect, it } from 'vitest';
import { faultsOfLoading } from '../../test/support/setting-faults.js';
import { loadSettings } from '../platform/config/load-environment.js';
import { ORDERS_SETTINGS, OrdersSettings } from './orders.settings.js';

type SettingName = keyof OrdersSettings;

const load = (variables: Record<string, string>): OrdersSettings =>
  loadSettings([ORDERS_SETTINGS], variables).of(OrdersSettings);

const faultsOf = (variables: Record<string, string>): readonly string[] =>
  faultsOfLoading(() => load(variables));

const TOPICS = ['KAFKA_TOPIC', 'KAFKA_STATUS_TOPIC', 'KAFKA_DEAD_LETTER_TOPIC'] as const;

const TAKEN: [SettingName, string, unknown][] = [
  ['KAFKA_TOPIC', 'shop.orders_v1-x', 'shop.orders_v1-x'],
  ['CACHE_WARM_ORDERS', '0', 0],
  ['CACHE_WARM_ORDERS', '10000000', 10_000_000],
  ['DEMO', 'off', 'off'],
  ['ORDER_TOTALS', 'strict', 'strict'],
];

const REFUSED: [SettingName, string, string][] = [
  ...['-1', '100000000', '0.5', 'many', '1e3', '0x10', '1_000', 'NaN', 'Infinity'].map(
    (text): [SettingName, string, string] => ['CACHE_WARM_ORDERS', text, 'a whole number from 0 to 10000000'],
  ),
  ['DEMO_ORDERS_PER_HOUR', '0', 'a whole number from 1 to 1000000000'],
  ['DEMO', 'yes', 'one of on, off'],
  ['ORDER_TOTALS', 'Strict', 'one of warn, strict'],
  ...TOPICS.flatMap((name) =>
    ['a b', 'ü', 'a/b', '.', '..', 'x'.repeat(250)].map((text): [SettingName, string, string] => [
      name,
      text,
      'a name of 1 to 249 letters',
    ]),
  ),
];

describe('the settings of orders', () => {
  it('have their defaults where the environment says nothing', () => {
    expect(load({})).toEqual(new OrdersSettings());
  });

  it.each(TAKEN)('%s may be "%s"', (name, text, held) => {
    expect(load({ [name]: text })[name]).toEqual(held);
  });

  it.each(REFUSED)('%s="%s" gives one line, with what it is and what it may be', (name, text, expected) => {
    const faults = faultsOf({ [name]: text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${name} is ${JSON.stringify(text)}: expected ${expected}`);
  });

  it('have their faults told among those of the program, where people are shown them', () => {
    const variables = {
      ORDER_TOTALS: 'x',
      KAFKA_TOPIC: '/',
      KAFKA_CLIENT_ID: '/',
      KAFKA_BROKERS: 'x',
      ROLES: 'x',
    };
    expect(faultsOf(variables).map((line) => line.split(' ')[0])).toEqual([
      'ROLES',
      'KAFKA_BROKERS',
      'KAFKA_TOPIC',
      'KAFKA_CLIENT_ID',
      'ORDER_TOTALS',
    ]);
  });

  it.each<[string, Record<string, string>]>([
    ['two topics of one name', { KAFKA_TOPIC: 'one', KAFKA_STATUS_TOPIC: 'one' }],
    ['a dead-letter topic that is the topic', { KAFKA_DEAD_LETTER_TOPIC: 'orders' }],
  ])('do not go together: %s', (_, variables) => {
    const {
      KAFKA_TOPIC: topic,
      KAFKA_STATUS_TOPIC: status,
      KAFKA_DEAD_LETTER_TOPIC: refused,
    } = {
      ...new OrdersSettings(),
      ...variables,
    };
    expect(faultsOf(variables)).toEqual([
      `KAFKA_TOPIC, KAFKA_STATUS_TOPIC and KAFKA_DEAD_LETTER_TOPIC are ${topic}, ${status}, ${refused}: expected three different names`,
    ]);
  });
});
