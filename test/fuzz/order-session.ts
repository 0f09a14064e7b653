import fc from 'fast-check';
import { expect } from 'vitest';
import { arbitraryOrder } from '../support/arbitrary-order.js';
import { firstDifference, parseExactly } from './exact-json.js';
import type { HttpAnswer } from './http-client.js';
import type { Program } from './program.js';

const ORDERS = 3;
const CONTENTS = 3;

type Step =
  | { do: 'post'; order: number; content: number; key?: 'k1' | 'k2' }
  | { do: 'put'; order: number; content: number; ifMatch: 'current' | 'first' | 'any' | 'none' }
  | { do: 'get'; order: number; isConditional: boolean }
  | { do: 'list'; limit: number };

const order = fc.nat(ORDERS - 1);
const content = fc.nat(CONTENTS - 1);

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record(
    { do: fc.constant('post' as const), order, content, key: fc.constantFrom('k1' as const, 'k2' as const) },
    { requiredKeys: ['do', 'order', 'content'] },
  ),
  fc.record({
    do: fc.constant('put' as const),
    order,
    content,
    ifMatch: fc.constantFrom('current' as const, 'first' as const, 'any' as const, 'none' as const),
  }),
  fc.record({ do: fc.constant('get' as const), order, isConditional: fc.boolean() }),
  fc.record({ do: fc.constant('list' as const), limit: fc.integer({ min: 1, max: ORDERS + 1 }) }),
);

/** What a few callers do with a few orders, one after the other. */
export const arbitrarySession = fc.record({
  contents: fc.array(arbitraryOrder({ totals: 'any', maxItems: 2 }), {
    minLength: CONTENTS,
    maxLength: CONTENTS,
  }),
  steps: fc.array(arbitraryStep, { minLength: 2, maxLength: 14 }),
});

export type Session = typeof arbitrarySession extends fc.Arbitrary<infer T> ? T : never;

interface Kept {
  text: string;
  etag: string;
  firstEtag: string;
}

/** Plays a session, and compares each answer with what has to come of it. */
export class SessionRun {
  private readonly customer: string;
  private readonly uids: string[];
  private readonly kept = new Map<string, Kept>();
  private readonly keyed = new Map<string, { text: string; answer: HttpAnswer }>();

  constructor(
    private readonly program: Program,
    private readonly session: Session,
  ) {
    this.customer = program.freshUid();
    this.uids = Array.from({ length: ORDERS }, () => program.freshUid());
  }

  async play(): Promise<void> {
    for (const step of this.session.steps) {
      if (step.do === 'post') await this.post(step);
      else if (step.do === 'put') await this.put(step);
      else if (step.do === 'get') await this.get(step);
      else await this.list(step.limit);
      this.program.count('steps of sessions');
    }
    await this.list(1);
  }

  private textOf({ order: at, content: which }: { order: number; content: number }): string {
    return JSON.stringify({
      ...this.session.contents[which]!,
      order_uid: this.uids[at]!,
      customer_id: this.customer,
    });
  }

  private async post(step: Extract<Step, { do: 'post' }>): Promise<void> {
    const uid = this.uids[step.order]!;
    const text = this.textOf(step);
    const key = step.key && `${this.customer}-${step.key}`;
    const answer = await this.program.ask({
      method: 'POST',
      path: '/api/orders',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: Buffer.from(text),
    });
    const first = key === undefined ? undefined : this.keyed.get(key);
    if (first !== undefined) {
      if (first.text !== text) {
        expect(answer.status, 'a key with another body').toBe(422);
        return;
      }
      expect([answer.status, answer.text], 'a key again').toEqual([first.answer.status, first.answer.text]);
      return;
    }
    expect(answer.status, answer.text).toBe(this.kept.has(uid) ? 200 : 201);
    if (key !== undefined) this.keyed.set(key, { text, answer });
    this.keep(uid, text, answer);
  }

  private async put(step: Extract<Step, { do: 'put' }>): Promise<void> {
    const uid = this.uids[step.order]!;
    const text = this.textOf(step);
    const kept = this.kept.get(uid);
    const ifMatch = {
      current: kept?.etag ?? '"none"',
      first: kept?.firstEtag ?? '"none"',
      any: '*',
      none: undefined,
    };
    const given = ifMatch[step.ifMatch];
    const answer = await this.program.ask({
      method: 'PUT',
      path: `/api/orders/${uid}`,
      headers: { 'content-type': 'application/json', ...(given === undefined ? {} : { 'if-match': given }) },
      body: Buffer.from(text),
    });
    if (given === undefined) {
      expect(answer.status, answer.text).toBe(428);
      return;
    }
    const matches = kept !== undefined && (given === '*' || given === kept.etag);
    expect(answer.status, answer.text).toBe(matches ? 200 : 412);
    if (matches) this.keep(uid, text, answer);
  }

  private keep(uid: string, text: string, answer: HttpAnswer): void {
    const etag = answer.headers.etag!;
    expect(etag).toMatch(/^"[^"]+"$/);
    this.kept.set(uid, { text, etag, firstEtag: this.kept.get(uid)?.firstEtag ?? etag });
  }

  private async get(step: Extract<Step, { do: 'get' }>): Promise<void> {
    const uid = this.uids[step.order]!;
    const kept = this.kept.get(uid);
    const headers: Record<string, string> =
      step.isConditional && kept !== undefined ? { 'if-none-match': kept.etag } : {};
    const answer = await this.program.ask({ method: 'GET', path: `/api/orders/${uid}`, headers });
    if (kept === undefined) {
      expect(answer.status, answer.text).toBe(404);
      return;
    }
    expect(answer.status, answer.text).toBe(headers['if-none-match'] === undefined ? 200 : 304);
    expect(answer.headers.etag).toBe(kept.etag);
    if (answer.status === 200) requireSame(kept.text, answer.text);
  }

  /** Pages hold each of the orders once, as they are now. */
  private async list(limit: number): Promise<void> {
    const found = new Map<string, string>();
    let path: string | undefined = `/api/orders?customer_id=${this.customer}&limit=${limit}`;
    for (let pages = 0; path !== undefined; pages++) {
      expect(pages, 'pages without an end').toBeLessThanOrEqual(ORDERS + 1);
      const answer: HttpAnswer = await this.program.ask({ method: 'GET', path, headers: {} });
      expect(answer.status, answer.text).toBe(200);
      const page = JSON.parse(answer.text) as { order_uid: string }[];
      expect(page.length).toBeLessThanOrEqual(limit);
      for (const one of page) {
        expect(found.has(one.order_uid), `${one.order_uid} is there twice`).toBe(false);
        found.set(one.order_uid, JSON.stringify(one));
      }
      path = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    }
    expect([...found.keys()].sort()).toEqual([...this.kept.keys()].sort());
    for (const [uid, text] of found) requireSame(this.kept.get(uid)!.text, text);
  }
}

function requireSame(sent: string, kept: string): void {
  expect(firstDifference(parseExactly(sent), parseExactly(kept))).toBeUndefined();
}
