import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import { askEach } from './callers.js';
import { keyOf, type PromosStage } from './promos-stage.js';
import { FRESH_WITHIN_MS, UserReaders } from './user-readers.js';
import { UserWriter } from './user-writer.js';

const USERS = 40;
/** What is old is only found out when it lasts: readers go on after the last change. */
const READ_ON_MS = 2_500;
const KEPT_DETAILS = 10;

export interface FreshnessOptions {
  readonly changes: number;
  readonly aSecond: number;
  /** How old an answer may be; by default a second. */
  readonly freshWithinMs?: number;
  /** Something that happens meanwhile. */
  readonly meanwhile?: (stage: PromosStage) => Promise<void>;
}

export interface Freshness {
  readonly changes: number;
  readonly reads: number;
  readonly hits: number;
  /** Answers of 500, or none, by what they say. */
  readonly unanswered: ReadonlyMap<string, number>;
  readonly oldestMs: number;
  readonly staleCount: number;
  /** What must not be, in words. */
  readonly broken: readonly string[];
}

/** Changes users by plain SQL while 64 readers ask both programs, and looks at what is held in the end. */
export async function measureFreshness(
  stage: PromosStage,
  { changes, aSecond, freshWithinMs = FRESH_WITHIN_MS, meanwhile }: FreshnessOptions,
  dice: Dice,
): Promise<Freshness> {
  const { client, url, otherUrl } = stage;
  const messages = new Map(stage.take(USERS).map((id) => [id, stage.stored.get(id)!.promo_message]));
  const writer = new UserWriter({ client, dice, messages });
  const { histories } = writer;
  const readers = new UserReaders({ urls: [url, otherUrl], histories, dice, freshWithinMs });
  try {
    await Promise.all([writer.make(changes, aSecond), meanwhile?.(stage)]);
    await pause(READ_ON_MS);
  } finally {
    await readers.finish();
  }
  const { reads, hits, unanswered, oldestMs, staleCount, stale } = readers;
  const old: string[] = [];
  for (const teller of [url, otherUrl]) {
    for (const { userId, user, status } of await askEach(teller, [...histories.keys()])) {
      const last = histories.get(userId)!.message;
      if (user?.promo_message !== last) {
        old.push(`in the end ${teller} tells ${status} ${user?.promo_message} of ${userId}, not ${last}`);
      }
    }
  }
  for (const [userId, history] of histories) {
    const value = await stage.withRedis((redis) => redis.get(keyOf(userId)));
    if (value === null) continue;
    const { promo_message } = JSON.parse(String(value)) as { promo_message: string };
    if (promo_message !== history.message) {
      old.push(`in the end Redis holds ${promo_message} of ${userId}, not ${history.message}`);
    }
  }
  const broken = [...stale, ...old.slice(0, KEPT_DETAILS)];
  if (old.length > KEPT_DETAILS) broken.push(`and ${old.length - KEPT_DETAILS} more in the end`);
  if (hits === 0) broken.push(`nothing of ${reads} reads was held anywhere, so nothing could be old`);
  return { changes: writer.changes, reads, hits, unanswered, oldestMs, staleCount, broken };
}
