import type { FastifyInstance } from 'fastify';
import { STATUS_CODES, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { sendAnswerDirectly } from './answer.js';
import { bodyOf, PROBLEM_TYPE, problemAnswer } from './problem-answer.js';
import { ProblemError } from './problem.js';
import { headerLines, securityHeaderLines } from './security-headers.js';

/** Answers with problem bodies where Node would send an empty response, or none at all. */
export function refuseProtocols(server: Server): void {
  server.on('checkExpectation', (request, response) => {
    const problem = new ProblemError(417, 'Expect may be 100-continue only', {
      headers: { connection: 'close' },
    });
    sendAnswerDirectly(response, problemAnswer(problem, request.url!));
  });
  server.on('connect', (_request, socket: Duplex) => {
    socket.on('error', () => undefined);
    // An empty Allow says that there is no method for what was asked for: RFC 9110, section 10.2.1.
    const detail = 'CONNECT is not possible: this server is no proxy';
    answerOnSocket(socket, new ProblemError(405, detail, { headers: { allow: '' } }));
  });
}

/** A body in another coding than its own is no JSON: it is refused by that name, as RFC 9110, section 15.5.16, has it. */
export function refuseCodedBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    const coded = headers['content-encoding'];
    if (coded === undefined) return done();
    const codings = coded.split(',').map((coding) => coding.trim().toLowerCase());
    if (codings.every((coding) => coding === '' || coding === 'identity')) return done();
    const detail = 'must not be there: bodies are taken as they are';
    done(
      new ProblemError(415, `Content-Encoding ${detail}`, {
        errors: [{ path: 'Content-Encoding', detail }],
        headers: { 'accept-encoding': 'identity' },
      }),
    );
  });
}

/** What never becomes a request, or is none that has an answer, has only its socket to be answered on; it is closed. */
export function answerOnSocket(socket: Duplex, problem: ProblemError): void {
  const body = bodyOf(problem);
  const ownHeaders = headerLines(Object.entries(problem.headers).flat());
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncache-control: no-store\r\n${ownHeaders}${securityHeaderLines()}content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
