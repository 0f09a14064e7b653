import type { FastifyInstance } from 'fastify';

/** What every answer tells a browser: it is what it says, it is for our own pages only, and it tells no one else. */
const FOR_ALL = [
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'no-referrer',
  'cross-origin-resource-policy',
  'same-origin',
];
const CONTENT_SECURITY_POLICY = 'content-security-policy';
/** Shown as a page, an answer of the API may neither load nor run anything. */
const API_POLICY = "default-src 'none'; frame-ancestors 'none'";
/** Swagger's page has styles of its own, and pictures in them; all else comes from here. */
const SWAGGER_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** Names and values in turn, as Node sends them soonest. */
export const SECURITY_HEADERS: readonly string[] = [...FOR_ALL, CONTENT_SECURITY_POLICY, API_POLICY];

/** Of what somebody else has put here, of any type: as a page it has no origin, so no script of it runs in ours. */
export const FOREIGN_CONTENT_HEADERS: readonly string[] = [
  ...FOR_ALL,
  CONTENT_SECURITY_POLICY,
  `sandbox; ${API_POLICY}`,
];

const SECURITY_HEADER_LINES = headerLines(SECURITY_HEADERS);

/** The same for `writeHead`, where Fastify has no part in the answer. */
export const SECURITY_HEADERS_BY_NAME: Readonly<Record<string, string>> = Object.fromEntries(
  SECURITY_HEADERS.flatMap((name, at) => (at % 2 === 0 ? [[name, SECURITY_HEADERS[at + 1]!]] : [])),
);

/** The same as text, for an answer that is written to a bare socket. */
export function securityHeaderLines(): string {
  return SECURITY_HEADER_LINES;
}

/** Has all that Fastify answers carry them; an answer's own policy stays. */
export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, payload, done) => {
    // What the reader has already, it has with its headers.
    if (reply.statusCode === 304) return done(null, payload);
    for (let at = 0; at < FOR_ALL.length; at += 2) reply.header(FOR_ALL[at]!, FOR_ALL[at + 1]);
    if (!reply.hasHeader(CONTENT_SECURITY_POLICY)) {
      reply.header(CONTENT_SECURITY_POLICY, isSwagger(request.url) ? SWAGGER_POLICY : API_POLICY);
    }
    done(null, payload);
  });
}

function isSwagger(url: string): boolean {
  return /^\/swagger(?:[/?]|$)/.test(url);
}

/** @param headers names and values in turn */
export function headerLines(headers: readonly string[]): string {
  let lines = '';
  for (let at = 0; at < headers.length; at += 2) lines += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return lines;
}
