import type { IncomingMessage } from 'node:http';

/** 127.0.0.0/8 and ::1, also as a socket that speaks both versions of IP writes the former. */
const LOOPBACK = /^(?:(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;

/** Whether a request was made on this machine, and not handed on by a proxy on it. */
export function isOfThisMachine({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return false;
  return LOOPBACK.test(socket.remoteAddress ?? '');
}
