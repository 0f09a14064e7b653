import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../dice.js';
import { type UserAnswer, UserConnection } from './user-connection.js';
import type { UserHistory } from './user-history.js';

export const READERS = 64;
/** No answer may be older than this while PostgreSQL can be reached. */
export const FRESH_WITHIN_MS = 1_000;
const BETWEEN_READS_MS = 15;
const KEPT_DETAILS = 5;

export interface UserReadersOptions {
  /** Where the programs listen; each reader asks one of them. */
  readonly urls: readonly string[];
  readonly histories: ReadonlyMap<string, UserHistory>;
  readonly dice: Dice;
  /** No answer may be older than this. */
  readonly freshWithinMs: number;
}

/** Callers that ask for users all the time, and hold each answer against what was committed when it was asked for. */
export class UserReaders {
  reads = 0;
  /** Answers of 500, or none, by what they say. */
  readonly unanswered = new Map<string, number>();
  /** Answers of the tier before PostgreSQL. */
  hits = 0;
  /** How long what was told had been replaced, at most. */
  oldestMs = 0;
  readonly stale: string[] = [];
  staleCount = 0;
  private open = true;
  private readonly reading: Promise<void>[];
  private readonly userIds: readonly string[];

  constructor(private readonly options: UserReadersOptions) {
    const { urls, histories } = options;
    this.userIds = [...histories.keys()];
    this.reading = Array.from({ length: READERS }, (_, number) => this.readAll(urls[number % urls.length]!));
  }

  async finish(): Promise<void> {
    this.open = false;
    await Promise.all(this.reading);
  }

  private async readAll(url: string): Promise<void> {
    let connection: UserConnection | undefined;
    while (this.open) {
      if (!connection?.isOpen) connection = await UserConnection.open(url).catch(() => undefined);
      if (connection !== undefined) {
        this.judge(await connection.ask(this.options.dice.pick(this.userIds)), url);
      }
      await pause(BETWEEN_READS_MS);
    }
    connection?.close();
  }

  private judge({ userId, status, message, user, sentAtMs }: UserAnswer, url: string): void {
    this.reads += 1;
    if (status !== 200 && status !== 404) {
      this.unanswered.set(message, (this.unanswered.get(message) ?? 0) + 1);
      return;
    }
    if (message === 'ok:redis') this.hits += 1;
    const ageMs = this.options.histories.get(userId)!.ageOf(user?.promo_message, sentAtMs);
    this.oldestMs = Math.max(this.oldestMs, ageMs);
    if (ageMs <= this.options.freshWithinMs) return;
    this.staleCount += 1;
    if (this.stale.length < KEPT_DETAILS) {
      const told = user?.promo_message ?? 'absent';
      this.stale.push(`${message} of ${userId} at ${url}: ${told}, replaced ${Math.round(ageMs)} ms before`);
    }
  }
}
