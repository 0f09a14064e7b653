import { Webhook } from 'standardwebhooks';
import { messageOf } from '../orders/producer/lives/life-message.js';
import type { LifeEvent } from '../orders/producer/lives/life-plan.js';
import { Backoff } from '../platform/messaging/backoff.js';
import { Semaphore } from '../platform/messaging/semaphore.js';
import type { DueEvent } from './life-queue.js';
import { type Outcome, RETRY_FOR_MS, type Sender } from './sender.js';

/** Requests under way at a time, each on a connection that is kept. */
const MAX_REQUESTS = 64;
const REQUEST_TIMEOUT_MS = 30_000;
const LONGEST_PAUSE_MS = 5_000;
/** Nothing was done, or nobody knows; what is sent again counts once. */
const TRIED_AGAIN = new Set([408, 429, 502, 503, 504]);
const REFUSED = 409;
const NOT_THERE = 404;
const MAX_FAULT_CHARACTERS = 200;

export interface WebhookSecrets {
  readonly payments: readonly string[];
  readonly tracking: readonly string[];
}

interface Request {
  readonly path: string;
  readonly body: string;
  readonly webhook?: Webhook | undefined;
  readonly webhookId?: string;
}

/** Sends each event as the shop, a payment provider, a carrier or a clerk would. */
export class HttpSender implements Sender {
  private readonly places = new Semaphore(MAX_REQUESTS);
  private readonly underWay = new Set<Promise<void>>();
  private readonly payments: Webhook | undefined;
  private readonly tracking: Webhook | undefined;

  /** @param url of the program, without a slash at its end */
  constructor(
    private readonly url: string,
    { payments, tracking }: WebhookSecrets,
  ) {
    // The newest is last, as one puts it there to rotate the first one out; any one of them will do.
    this.payments = payments.length === 0 ? undefined : new Webhook(payments.at(-1)!);
    this.tracking = tracking.length === 0 ? undefined : new Webhook(tracking.at(-1)!);
  }

  async open(): Promise<void> {}

  async send(
    due: readonly DueEvent[],
    done: (due: DueEvent, outcome: Outcome) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (const one of due) {
      await this.places.acquire(signal);
      const sending = this.outcomeOf(one.event, signal)
        .then((outcome) => outcome && done(one, outcome))
        .finally(() => {
          this.places.release();
          this.underWay.delete(sending);
        });
      this.underWay.add(sending);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** Undefined when the signal is aborted before one is known. */
  private async outcomeOf(event: LifeEvent, signal: AbortSignal): Promise<Outcome | undefined> {
    const request = this.requestOf(event);
    const backoff = new Backoff(LONGEST_PAUSE_MS);
    const giveUpAtMs = performance.now() + RETRY_FOR_MS;
    for (;;) {
      try {
        const outcome = await this.attempt(event, request, signal);
        if (!isTriedAgain(event, outcome) || performance.now() > giveUpAtMs) return outcome;
        await backoff.pause(signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    }
  }

  /** @throws AbortError */
  private async attempt(event: LifeEvent, request: Request, signal: AbortSignal): Promise<Outcome> {
    let answer: Response;
    let text: string;
    try {
      answer = await fetch(this.url + request.path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signatureOf(request) },
        body: request.body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
      });
      text = await answer.text();
    } catch (error) {
      signal.throwIfAborted();
      const { message, cause } = error as Error & { cause?: Error };
      return { isAsExpected: false, fault: `${message}${cause?.message ? `: ${cause.message}` : ''}` };
    }
    const { status, ok } = answer;
    const hasToBeRefused = event.to === 'status' && event.isRefused;
    if (hasToBeRefused ? status === REFUSED : ok) return { isAsExpected: true, status };
    return { isAsExpected: false, status, fault: `${status} ${text.slice(0, MAX_FAULT_CHARACTERS)}` };
  }

  private requestOf(event: LifeEvent): Request {
    switch (event.to) {
      case 'orders':
        return { path: '/api/orders', body: messageOf(event)!.value };
      case 'payments':
        return {
          path: '/api/payments/events',
          body: messageOf(event)!.value,
          webhook: this.payments,
          webhookId: event.payment.event_id,
        };
      case 'delivery-events':
        return {
          path: '/api/tracking/events',
          body: messageOf(event)!.value,
          webhook: this.tracking,
          webhookId: event.carrierEvent.event_id,
        };
      case 'status':
        return event.status === 'cancelled'
          ? { path: `/api/orders/${event.orderUid}/cancel`, body: '{}' }
          : { path: `/api/orders/${event.orderUid}/status`, body: JSON.stringify({ status: event.status }) };
    }
  }
}

/** Over Kafka an order may not have come yet when something is asked of it. */
function isTriedAgain(event: LifeEvent, { isAsExpected, status }: Outcome): boolean {
  if (isAsExpected) return false;
  if (status === undefined) return true;
  return TRIED_AGAIN.has(status) || (status === NOT_THERE && event.to === 'status');
}

/** Made anew for each attempt, since a signature is good for five minutes. */
function signatureOf({ webhook, webhookId, body }: Request): Record<string, string> {
  if (webhook === undefined) return {};
  const now = new Date();
  return {
    'webhook-id': webhookId!,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': webhook.sign(webhookId!, now, body),
  };
}
