import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { ProblemError } from '../problem.js';
import { isOfThisMachine } from './loopback-requests.js';

/** RFC 9110, section 11.6.1: a 401 names how one is to authenticate. */
const CHALLENGE = { 'www-authenticate': 'StandardWebhooks' };
const NOTHING = Buffer.alloc(0);

/**
 * Lets requests to a webhook through that are signed as Standard Webhooks 1.0 says: an HMAC over the id, the time and the
 * bytes of the body, at most five minutes old or early. The comparison takes the same time wherever two signatures differ.
 */
export class WebhookGate {
  private readonly webhooks: readonly Webhook[];

  /**
   * @param secrets `whsec_<base64>`: any one of them will do, so that one can be rotated out. With none, only requests of
   *   this machine are let through.
   * @param onRefused called for each request that is not let through
   */
  constructor(
    secrets: readonly string[],
    private readonly onRefused: () => void = () => undefined,
  ) {
    this.webhooks = secrets.map((secret) => new Webhook(secret));
  }

  /** @throws ProblemError 401 where the signature is wrong or missing, 403 where there is no secret to sign with */
  require(request: Pick<IncomingMessage, 'headers' | 'socket'>, body: Buffer = NOTHING): void {
    const refusal = this.refusalOf(request, body);
    if (refusal === undefined) return;
    this.onRefused();
    throw refusal;
  }

  private refusalOf(
    request: Pick<IncomingMessage, 'headers' | 'socket'>,
    body: Buffer,
  ): ProblemError | undefined {
    if (this.webhooks.length === 0) {
      if (isOfThisMachine(request)) return undefined;
      const detail = 'this webhook has no secret yet, and takes requests of its own machine alone';
      return new ProblemError(403, detail);
    }
    if (this.isSigned(request.headers, body)) return undefined;
    const detail =
      'the request is not signed as Standard Webhooks says, with a secret of this webhook, just now';
    return new ProblemError(401, detail, { headers: CHALLENGE });
  }

  private isSigned(headers: IncomingHttpHeaders, body: Buffer): boolean {
    // The package signs text, and in that all bytes that are no UTF-8 are one character.
    if (!isUtf8(body)) return false;
    const payload = body.toString();
    return this.webhooks.some((webhook) => {
      try {
        webhook.verify(payload, headers as Record<string, string>, { jsonParse: false });
        return true;
      } catch (error) {
        if (error instanceof WebhookVerificationError) return false;
        throw error;
      }
    });
  }
}
