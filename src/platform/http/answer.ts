import type { FastifyReply } from 'fastify';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** What an answer may depend on; a request of Node and one of Fastify both have it. */
export interface RequestHead {
  /** As it was asked for, with its query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** An answer as a value: it is the same whichever way it is sent. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, which Node sends sooner than an object; with `content-length` where there is a body. */
  readonly headers: readonly string[];
  /** None where the status allows none, as with 304. */
  readonly body?: Buffer | string;
  /** Of a text that is all ASCII, which Node writes sooner so than as UTF-8. The bytes are the same. */
  readonly encoding?: 'latin1' | undefined;
}

/** Sends an answer from within Fastify. */
export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  reply.status(status);
  for (let at = 0; at < headers.length; at += 2) reply.header(headers[at]!, headers[at + 1]);
  return reply.send(body);
}

/** Sends the same bytes without Fastify. */
export function sendAnswerDirectly(
  response: ServerResponse,
  { status, headers, body, encoding }: Answer,
): void {
  response.writeHead(status, headers as string[]).end(body, encoding ?? 'utf8');
}
