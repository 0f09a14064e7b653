import type { Latencies } from '../../src/customers/load-test/latencies.js';
import { Caller, type CallerUser } from './caller.js';
import type { Draws } from './draws.js';
import { KindTally } from './kind-tally.js';
import type { KindResult, LaneTask } from './load-task.js';
import { EagerSchedule, EvenSchedule, type Schedule } from './schedule.js';

const MS_PER_SECOND = 1_000;
const STEP_MS = 1;
const TIMEOUT_MS = 10_000;
const LOOK_FOR_SLOW_EVERY_MS = 500;
/** One answer in so many is looked at. */
const LOOKED_AT = 64;

const FOUND = new Set([200]);
const NOT_FOUND = new Set([404]);
/** Stored, for the first time or again, or on its way to be. */
const TAKEN = new Set([200, 201, 202]);

/**
 * Sends the requests of a lane. Each is timed from when it is due, also when no connection is free then: what a slow answer
 * holds up counts as slow as well.
 */
export class Lane implements CallerUser {
  private readonly callers: Caller[];
  /** Those without a request, the longest idle first. */
  private readonly idle: Caller[] = [];
  private readonly tallies: Readonly<Record<'reads' | 'writes', KindTally>>;
  private readonly areKnown: boolean;
  private schedule: Schedule | undefined;
  private sent = 0;
  /** Requests that are answered, or will never be. */
  private done = 0;

  /** @param lateness of requests that had a connection when they were due */
  constructor(
    private readonly task: LaneTask,
    private readonly draws: Draws,
    private readonly lateness: Latencies,
  ) {
    this.areKnown = task.keys.drawn !== 'unknown';
    this.tallies = {
      reads: new KindTally('reads', this.areKnown ? FOUND : NOT_FOUND),
      writes: new KindTally('writes', TAKEN),
    };
    const url = new URL(task.url);
    this.callers = Array.from({ length: task.connections }, () => new Caller(url, this.areKnown, this));
  }

  /** Resolves once all connections can be used. @throws Error when they cannot within ten seconds */
  async open(): Promise<void> {
    for (const caller of this.callers) caller.open();
    const deadlineMs = performance.now() + TIMEOUT_MS;
    while (this.idle.length < this.callers.length) {
      if (performance.now() > deadlineMs) throw new Error(`${this.task.url} takes no connections`);
      await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }

  /** Resolves when all that was due is answered, or has waited for too long. */
  async send(seconds: number): Promise<KindResult[]> {
    const { perSecond } = this.task;
    const startedAtMs = performance.now();
    const endMs = startedAtMs + seconds * MS_PER_SECOND;
    const schedule =
      perSecond === undefined ? new EagerSchedule(endMs) : new EvenSchedule(startedAtMs, perSecond, seconds);
    this.schedule = schedule;
    await this.untilDone(endMs);
    const unsent = Math.max((schedule.total ?? 0) - this.sent, 0);
    this.schedule = undefined;
    for (const caller of this.callers) caller.close();
    const { reads, writes } = this.tallies;
    const { readShare } = this.task;
    return [
      ...(readShare > 0 ? [reads.result(startedAtMs, Math.round(unsent * readShare))] : []),
      ...(readShare < 1 ? [writes.result(startedAtMs, Math.round(unsent * (1 - readShare)))] : []),
    ];
  }

  onAnswer(caller: Caller, status: number, body: Buffer): void {
    const nowMs = performance.now();
    const tally = this.tallies[caller.kind];
    tally.answer(status, caller.dueAtMs, nowMs);
    if (++this.done % LOOKED_AT === 0 && status === 200 && caller.kind === 'reads') {
      if (!caller.isMeantBy(body)) tally.mistaken++;
    }
    this.idle.push(caller);
    this.sendDue(nowMs);
  }

  onLost(caller: Caller, wasWaiting: boolean): void {
    if (wasWaiting) this.done++;
    else if (this.idle.includes(caller)) this.idle.splice(this.idle.indexOf(caller), 1);
  }

  onOpen(caller: Caller): void {
    this.idle.push(caller);
    this.sendDue(performance.now());
  }

  private untilDone(endMs: number): Promise<void> {
    return new Promise((resolve) => {
      const giveUp = setInterval(() => {
        for (const caller of this.callers) caller.dropSince(performance.now() - TIMEOUT_MS);
      }, LOOK_FOR_SLOW_EVERY_MS);
      const step = setInterval(() => {
        const nowMs = performance.now();
        this.noteLateness(nowMs);
        this.sendDue(nowMs);
        const areAllSent = nowMs >= endMs && this.sent >= (this.schedule?.total ?? 0);
        const isTooLate = nowMs > endMs + TIMEOUT_MS;
        if ((!areAllSent || this.done < this.sent) && !isTooLate) return;
        clearInterval(step);
        clearInterval(giveUp);
        resolve();
      }, STEP_MS);
    });
  }

  /** What is due now and not sent, though it has a connection, is late by fault of this process. */
  private noteLateness(nowMs: number): void {
    const { schedule, idle } = this;
    if (schedule?.total === undefined) return;
    const end = Math.min(schedule.dueBy(nowMs), this.sent + idle.length);
    for (let number = this.sent; number < end; number++) {
      this.lateness.add(nowMs - schedule.dueAtMs(number, nowMs));
    }
  }

  private sendDue(nowMs: number): void {
    const { schedule, idle } = this;
    if (schedule === undefined) return;
    const due = schedule.dueBy(nowMs);
    while (this.sent < due && idle.length > 0) {
      this.sendOn(idle.shift()!, schedule.dueAtMs(this.sent++, nowMs), nowMs);
    }
  }

  private sendOn(caller: Caller, dueAtMs: number, nowMs: number): void {
    const { draws } = this;
    const isRead = draws.isRead(this.task.readShare);
    this.tallies[isRead ? 'reads' : 'writes'].sent++;
    const { keys } = this.task;
    if (isRead) caller.ask(draws.keyToRead(keys), dueAtMs, nowMs);
    else caller.put(draws.keyToWrite(keys), draws.nextWrite(), dueAtMs, nowMs);
  }
}
