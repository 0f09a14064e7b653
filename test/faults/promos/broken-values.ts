import type { PlainRedis } from './promos-stage.js';

const LONG = 1_000_000;

/** Puts something under a user's key. @param otherId of another user that is there */
type Put = (redis: PlainRedis, key: string, otherId: string) => Promise<unknown>;

const idIn = (key: string): string => key.slice(key.indexOf(':') + 1);
const text =
  (valueOf: (userId: string, otherId: string) => string | Buffer): Put =>
  (redis, key, otherId) =>
    redis.set(key, valueOf(idIn(key), otherId));

/** What may stand under the key of a user, and tells nothing of it. */
export const BROKEN_VALUES: readonly (readonly [what: string, put: Put])[] = [
  ['nothing at all', text(() => '')],
  ['no JSON', text(() => 'rubbish')],
  ['JSON that is cut off', text((userId) => `{"user_id":"${userId}","deeplink":"a`)],
  ['JSON of null', text(() => 'null')],
  ['an empty object', text(() => '{}')],
  ['a list of JSON', text((userId) => `["${userId}","",""]`)],
  ['an object without the message', text((userId) => `{"user_id":"${userId}","deeplink":""}`)],
  [
    'a number in place of a text',
    text((userId) => `{"user_id":"${userId}","deeplink":1,"promo_message":"x"}`),
  ],
  ['null in place of a text', text((userId) => `{"user_id":"${userId}","deeplink":null,"promo_message":""}`)],
  ["another user's", text((_, otherId) => `{"user_id":"${otherId}","deeplink":"","promo_message":"other"}`)],
  [
    'the id in other letters',
    text((userId) => `{"user_id":"${userId.toUpperCase()}","deeplink":"","promo_message":""}`),
  ],
  ['bytes that are no text', text(() => Buffer.from([0xff, 0xfe, 0x00, 0xc3]))],
  ['a text that is too long', text(() => 'x'.repeat(LONG))],
  ['a list', (redis, key) => redis.lPush(key, ['a', 'b'])],
  ['a hash', (redis, key) => redis.hSet(key, 'promo_message', 'x')],
  ['a set', (redis, key) => redis.sAdd(key, 'x')],
];
