import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProblemError } from '../problem.js';
import { WebhookGate } from './webhook-gate.js';

/** The example of the Standard Webhooks specification, as its libraries' own tests have it. */
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const SENT_AT = 1_614_265_330;
const BODY = Buffer.from('{"test": 2432232314}');
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

const OTHER_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
const TOLERANCE_SECONDS = 300;

const signatureOf = (secret: string, body: Buffer, sentAt = SENT_AT, id = ID): string => {
  const hmac = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'));
  return `v1,${hmac.update(`${id}.${sentAt}.`).update(body).digest('base64')}`;
};

type Request = Pick<IncomingMessage, 'headers' | 'socket'>;

const requestFrom = (remoteAddress: string | undefined, headers: Record<string, string> = {}): Request => ({
  headers,
  socket: { remoteAddress } as Request['socket'],
});
const signed = (fields: Record<string, string> = {}): Request =>
  requestFrom('203.0.113.7', {
    'webhook-id': ID,
    'webhook-timestamp': String(SENT_AT),
    'webhook-signature': SIGNATURE,
    ...fields,
  });

function statusOf(gate: WebhookGate, request: Request, body = BODY): number {
  try {
    gate.require(request, body);
    return 200;
  } catch (error) {
    if (error instanceof ProblemError) return error.status;
    throw error;
  }
}

describe('the gate of a webhook', () => {
  const gate = new WebhookGate([SECRET]);

  beforeEach(() => void vi.useFakeTimers({ now: SENT_AT * 1_000, toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it('lets through what is signed as the specification says, from anywhere', () => {
    expect(statusOf(gate, signed())).toBe(200);
    expect(signatureOf(SECRET, BODY)).toBe(SIGNATURE);
  });

  it('takes any one of its secrets, and any one of the signatures', () => {
    const both = new WebhookGate([OTHER_SECRET, SECRET]);
    const ofOther = signatureOf(OTHER_SECRET, BODY);
    expect(statusOf(both, signed())).toBe(200);
    expect(statusOf(both, signed({ 'webhook-signature': ofOther }))).toBe(200);
    expect(statusOf(gate, signed({ 'webhook-signature': ofOther }))).toBe(401);
    expect(statusOf(gate, signed({ 'webhook-signature': `${ofOther} ${SIGNATURE}` }))).toBe(200);
  });

  it.each([
    ['another body', signed(), Buffer.from('{"test": 2432232315}')],
    ['no body', signed(), Buffer.alloc(0)],
    ['another id', signed({ 'webhook-id': 'msg_other' }), BODY],
    ['another time', signed({ 'webhook-timestamp': String(SENT_AT + 1) }), BODY],
    ['a time that is none', signed({ 'webhook-timestamp': 'now' }), BODY],
    ['a signature of another kind', signed({ 'webhook-signature': SIGNATURE.replace('v1,', 'v1a,') }), BODY],
    ['half a signature', signed({ 'webhook-signature': SIGNATURE.slice(0, 20) }), BODY],
    ['a kind alone', signed({ 'webhook-signature': 'v1' }), BODY],
    ['no signature', requestFrom('127.0.0.1'), BODY],
  ])('refuses %s, with 401', (_, request, body) => {
    expect(statusOf(gate, request, body)).toBe(401);
  });

  it('says with a 401 how one is to authenticate', () => {
    expect(() => gate.require(requestFrom('127.0.0.1'), BODY)).toThrow(
      expect.objectContaining({ headers: { 'www-authenticate': 'StandardWebhooks' } }),
    );
  });

  it('tells bytes apart that are no text', () => {
    const [one, other] = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xfe, 0x22])];
    const replaced = Buffer.from(one.toString());
    for (const body of [one, other]) {
      expect(statusOf(gate, signed({ 'webhook-signature': signatureOf(SECRET, replaced) }), body)).toBe(401);
    }
    const text = Buffer.from('"Łódź 🚚"');
    expect(statusOf(gate, signed({ 'webhook-signature': signatureOf(SECRET, text) }), text)).toBe(200);
  });

  it.each([-TOLERANCE_SECONDS, TOLERANCE_SECONDS])(
    'bears with a clock that is %i s off, and not more',
    (off) => {
      vi.setSystemTime((SENT_AT + off) * 1_000);
      expect(statusOf(gate, signed())).toBe(200);
      vi.setSystemTime((SENT_AT + off + Math.sign(off)) * 1_000);
      expect(statusOf(gate, signed())).toBe(401);
    },
  );

  describe('without a secret', () => {
    const open = new WebhookGate([]);

    it.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1'])(
      'lets this machine through: %s',
      (address) => {
        expect(statusOf(open, requestFrom(address))).toBe(200);
      },
    );

    it.each(['203.0.113.7', '10.0.0.1', '::ffff:203.0.113.7', '2001:db8::1', '128.0.0.1', undefined])(
      'lets nobody else through: %s',
      (address) => {
        expect(statusOf(open, requestFrom(address))).toBe(403);
        // Nor somebody who signs with a secret that there is not.
        expect(statusOf(open, { ...signed(), socket: requestFrom(address).socket })).toBe(403);
      },
    );

    it.each<Record<string, string>>([
      { forwarded: 'for=127.0.0.1' },
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-forwarded-for': '' },
      { 'x-forwarded-proto': 'http' },
      { 'x-forwarded-host': 'localhost' },
      { 'x-real-ip': '127.0.0.1' },
      { via: '1.1 proxy' },
    ])('takes no request for one of this machine that a proxy on it has handed on: %o', (headers) => {
      expect(statusOf(open, requestFrom('127.0.0.1', headers))).toBe(403);
    });
  });
});
