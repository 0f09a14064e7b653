import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from './dice.js';
import type { Findings } from './findings.js';
import type { Replica } from './replica.js';

const BETWEEN_TRIES_MS = 100;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
}

export interface Call {
  readonly method?: 'POST' | 'PUT';
  readonly path: string;
  readonly body?: string;
  /** The Idempotency-Key. */
  readonly key?: string | undefined;
}

/** What {@link HttpCaller.untilAccepted} returns when nobody waits for it any more. */
const GIVEN_UP = 0;

/** Sends requests to whichever replica takes them, and notes answers that no fault excuses. */
export class HttpCaller {
  private closed = false;

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly dice: Dice,
    private readonly findings: Findings,
  ) {}

  /** Sends again until it is accepted, as a client that means it does. @returns the status, 200 or 201 */
  async untilAccepted(call: Call): Promise<number> {
    while (!this.closed) {
      const answer = await this.send(call);
      if (answer?.status === 200 || answer?.status === 201) return answer.status;
      if (answer !== undefined) await this.noteRefusal(answer, call.path, call.key !== undefined);
      await pause(BETWEEN_TRIES_MS);
    }
    return GIVEN_UP;
  }

  /** Nothing is sent again from now on. */
  close(): void {
    this.closed = true;
  }

  /** @returns undefined when the connection did not outlast the request */
  async send({ method = 'POST', path, body, key }: Call): Promise<Answer | undefined> {
    const open = this.replicas.filter((replica) => replica.takesRequests);
    if (open.length === 0) return undefined;
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (key !== undefined) headers['idempotency-key'] = `"${key}"`;
    try {
      const answer = await fetch(`${this.dice.pick(open).url}${path}`, { method, headers, body });
      const text = await answer.text();
      return { status: answer.status, text, retryAfter: answer.headers.get('retry-after') };
    } catch {
      return undefined;
    }
  }

  /** The only refusals that a fault excuses are those that say when to come again. */
  async noteRefusal({ status, text, retryAfter }: Answer, of: string, keyed = false): Promise<void> {
    const excused = status === 503 || (keyed && status === 409);
    if (!excused || retryAfter === null || !/^\d+$/.test(retryAfter)) {
      this.findings.add(
        'unexpected answer',
        `${status} to ${of}, Retry-After ${retryAfter}: ${text.slice(0, 200)}`,
      );
    }
    await pause(BETWEEN_TRIES_MS);
  }
}
