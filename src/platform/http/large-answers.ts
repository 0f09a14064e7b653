import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import type { ServerResponse } from 'node:http';
import { observeGauge } from '../metrics/observed-gauge.js';
import { onAnswerEnd } from './answer-end.js';
import { problemAnswer } from './problem-answer.js';
import { unavailable } from './problem.filter.js';
import { withRouteMembers } from './problem-members.js';
import { TooBusyError } from './too-busy.error.js';

/** Smaller bodies are not counted: a connection holds few of them, and counting would slow hot answers. */
const LARGE_BYTES = 65_536;
const MAX_BYTES = 128 * 1_048_576;

/**
 * Bounds the memory of responses that clients have not read yet. A body sent to several clients, such as that of an order
 * in the cache, counts once.
 */
@Injectable()
export class LargeAnswers {
  private readonly readersByBody = new Map<Buffer, number>();
  private bytes = 0;

  constructor() {
    observeGauge(
      'waybill_http_large_answer_bytes',
      'Bytes of responses of 64 KiB and more that clients have not read yet. Look when it stays high: such requests get 503 at the limit',
      () => this.bytes,
    );
  }

  /** More than half of the limit is in use, so clients that do not read get a shorter deadline. */
  get isPressing(): boolean {
    return this.bytes > MAX_BYTES / 2;
  }

  /** @throws TooBusyError when no further large answer should be made */
  requireRoom(): void {
    if (this.bytes >= MAX_BYTES) throw tooMany();
  }

  /** Counts an answer until it is sent or cannot be. @returns false when it must not be sent */
  take(body: Buffer, response: ServerResponse): boolean {
    if (body.length < LARGE_BYTES) return true;
    const readers = this.readersByBody.get(body) ?? 0;
    if (readers === 0) {
      if (this.bytes >= MAX_BYTES) return false;
      this.bytes += body.length;
    }
    this.readersByBody.set(body, readers + 1);
    onAnswerEnd(response, () => this.giveBack(body));
    return true;
  }

  /** Counts every answer of Fastify; one that exceeds the limit becomes a 503. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onSend', (request, reply, payload, done) => {
      const body = largeBody(payload);
      if (body === undefined) return done(null, payload);
      if (this.take(body, reply.raw)) return done(null, body);
      const refusal = withRouteMembers(unavailable(tooMany()), request);
      const { status, headers, body: problem } = problemAnswer(refusal, request.url);
      for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
      for (let at = 0; at < headers.length; at += 2) reply.header(headers[at]!, headers[at + 1]);
      reply.status(status);
      done(null, problem);
    });
  }

  private giveBack(body: Buffer): void {
    const readers = this.readersByBody.get(body)! - 1;
    if (readers > 0) {
      this.readersByBody.set(body, readers);
      return;
    }
    this.readersByBody.delete(body);
    this.bytes -= body.length;
  }
}

/** Converts to bytes: a string may take twice the memory, and is converted when it is sent anyway. */
function largeBody(payload: unknown): Buffer | undefined {
  if (typeof payload === 'string') {
    return payload.length < LARGE_BYTES ? undefined : Buffer.from(payload);
  }
  return Buffer.isBuffer(payload) && payload.length >= LARGE_BYTES ? payload : undefined;
}

function tooMany(): TooBusyError {
  return new TooBusyError('too many large answers wait to be read');
}
