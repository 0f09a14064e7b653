import type { IncomingMessage } from 'node:http';

/** 127.0.0.0/8 and ::1, also as a socket that speaks both versions of IP writes the former. */
const LOOPBACK = /^(?:(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;

/** Fields by which a proxy shows that a request is somebody else's. */
const OF_PROXIES = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];

/**
 * Whether a request was made on this machine, and not handed on by a proxy on it. No field of a request makes it so, whatever
 * TRUST_PROXY says: the connection alone does.
 */
export function isOfThisMachine({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  if (OF_PROXIES.some((field) => headers[field] !== undefined)) return false;
  return LOOPBACK.test(socket.remoteAddress ?? '');
}
