import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Pipeline } from '../kafka/order-pipeline.harness.js';
import { eventually } from '../support/eventually.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { requireProperAnswer } from './answer-rules.js';
import { UID } from './arbitrary-body.js';
import { firstDifference, parseExactly } from './exact-json.js';
import { type HttpAnswer, HttpClient, type HttpCase } from './http-client.js';

const MS_PER_SECOND = 1_000;
const MOST_COMES_AGAIN = 5;

/** The program that is fuzzed, and what is known of what it has been sent. */
export class Program {
  /** How many cases there were of each kind. */
  readonly counts: Record<string, number> = {};
  private readonly http: HttpClient;
  private readonly sentAs = new Map<string, number>();
  private serial = 0;

  constructor(
    readonly waybill: WaybillProcess,
    readonly pipeline: Pipeline,
  ) {
    this.http = new HttpClient(waybill.url);
  }

  count(kind: string): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  /** An id of a case's own. A case that is tried again, to shrink it, has another. */
  freshUid(): string {
    return `fuzz-case-${String(++this.serial).padStart(10, '0')}`;
  }

  async ask(what: HttpCase): Promise<HttpAnswer> {
    this.count('requests');
    try {
      const answer = await this.answerTo(what);
      requireProperAnswer(what, answer);
      return answer;
    } catch (error) {
      const { method, path, headers, body = '' } = what;
      const request = `${method} ${path}\n${JSON.stringify(headers)}\n\n${body.toString()}`;
      throw new Error(`${(error as Error).message}\n\n${request}`, { cause: error });
    }
  }

  /** A machine that stalls has the program tell its callers to come again; whoever does is answered. */
  private async answerTo(what: HttpCase): Promise<HttpAnswer> {
    for (let comesAgain = 0; ; comesAgain++) {
      const answer = await this.http.send(what);
      const afterSeconds = Number(answer.headers['retry-after']);
      if (answer.status !== 503 || !(afterSeconds > 0) || comesAgain === MOST_COMES_AGAIN) return answer;
      this.count('told to come again');
      await pause(afterSeconds * MS_PER_SECOND);
    }
  }

  /** To be told before an order is sent: one that others were sent as too cannot be compared with any of them. */
  willSend(body: Buffer): void {
    const uid = uidOf(body);
    if (uid !== undefined) this.sentAs.set(uid, (this.sentAs.get(uid) ?? 0) + 1);
  }

  /** That an order which was accepted reads back as it was sent. */
  async requireKept(body: Buffer): Promise<void> {
    const uid = uidOf(body);
    expect(uid, 'an order without an id was accepted').toBeDefined();
    if (this.sentAs.get(uid!) !== 1) return;
    const answer = await this.ask({
      method: 'GET',
      path: `/api/orders/${encodeURIComponent(uid!)}`,
      headers: {},
    });
    expect(answer.status, answer.text).toBe(200);
    expect(firstDifference(parseExactly(body.toString()), parseExactly(answer.text))).toBeUndefined();
    this.count('orders read back');
  }

  /** That it has come through all of it. */
  async requireUnharmed(): Promise<void> {
    const { waybill } = this;
    const ended = await Promise.race([waybill.exited, Promise.resolve(undefined)]);
    expect(ended, waybill.output()).toBeUndefined();
    await eventually(async () => {
      const ready = await this.http.send({ method: 'GET', path: '/health/ready', headers: {} });
      expect(ready.status, ready.text).toBe(200);
    });
    const faults = waybill
      .output()
      .split('\n')
      .filter((line) => /^\{"level":[56]0/.test(line));
    expect(faults).toEqual([]);
  }

  close(): void {
    this.http.close();
  }
}

/** With an id in place of the one that stands for one of its own. */
export function withUid(body: Buffer, uid: string): Buffer {
  return Buffer.from(body.toString('latin1').replaceAll(UID, uid), 'latin1');
}

function uidOf(body: Buffer): string | undefined {
  try {
    const value = JSON.parse(body.toString().replace(/^\uFEFF/, '')) as { order_uid?: unknown } | null;
    return typeof value?.order_uid === 'string' ? value.order_uid : undefined;
  } catch {
    return undefined;
  }
}
