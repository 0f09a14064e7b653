import { get, type IncomingMessage } from 'node:http';
import { get as getEncrypted, type RequestOptions } from 'node:https';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect as connectEncrypted } from 'node:tls';
import { readPair, type ServerPair } from '../../src/platform/http/server-certificate.js';
import { CertificateAuthority } from './certificates.js';

export const EITHER_PROTOCOL = ['http', 'https'] as const;
export type Protocol = (typeof EITHER_PROTOCOL)[number];

let pair: Promise<ServerPair> | undefined;

/** A pair to serve HTTPS with; undefined for plain HTTP. */
export async function pairFor(protocol: Protocol): Promise<ServerPair | undefined> {
  return protocol === 'http' ? undefined : (pair ??= makePair());
}

async function makePair(): Promise<ServerPair> {
  const authority = await CertificateAuthority.create();
  try {
    const { cert, key } = await authority.sign('server');
    return readPair({ cert: { setting: 'cert', path: cert }, key: { setting: 'key', path: key } });
  } finally {
    authority.remove();
  }
}

/** A connection to a port of this machine, whose certificate is not looked at. */
export function connectBy(protocol: string, port: number): Socket {
  const to = { port, host: '127.0.0.1' };
  return protocol.startsWith('https') ? connectEncrypted({ ...to, rejectUnauthorized: false }) : connect(to);
}

/** What a URL answers, whoever it is; with `ca` among the options only one whose certificate is of that. */
export async function getFrom(
  url: string,
  options: RequestOptions = {},
): Promise<{ status: number; headers: IncomingMessage['headers']; body: string }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const by = url.startsWith('https') ? getEncrypted : get;
    const rejectUnauthorized = options.ca !== undefined;
    by(url, { agent: false, rejectUnauthorized, ...options }, resolve).once('error', reject);
  });
  return { status: answer.statusCode!, headers: answer.headers, body: await text(answer) };
}
