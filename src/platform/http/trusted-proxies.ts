import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Environment } from '../config/environment.js';

/** Networks by the names that proxy-addr, and so Express and Fastify, have for them. */
const NAMED_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/**
 * Whether an address is that of a proxy whose word is taken.
 *
 * @param hop 0 for who has made the connection, 1 for who has connected to that one, and so on
 */
export type TrustsProxy = (address: string | undefined, hop: number) => boolean;

/** What TRUST_PROXY says; undefined where nobody's word is taken. */
export function trustOf({ TRUST_PROXY }: Pick<Environment, 'TRUST_PROXY'>): TrustsProxy | undefined {
  if (TRUST_PROXY === 'off') return undefined;
  if (/^\d$/.test(TRUST_PROXY)) return (_address, hop) => hop < Number(TRUST_PROXY);
  const trusted = new BlockList();
  for (const name of TRUST_PROXY.split(',').map((one) => one.trim())) {
    for (const network of NAMED_NETWORKS[name] ?? [name]) {
      const [address = '', bits] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (bits === undefined) trusted.addAddress(address, family);
      else trusted.addSubnet(address, Number(bits), family);
    }
  }
  return (text = '') => {
    const address = addressIn(text);
    return address !== undefined && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}

/**
 * An address as X-Forwarded-For and sockets have it: some proxies write the port too, and one of a link may name its
 * interface (fe80::1%eth0).
 *
 * @returns undefined for what is none, such as `unknown`
 */
export function addressIn(text: string): string | undefined {
  const [, bracketed, ipv4] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  const address = (bracketed ?? ipv4 ?? text).replace(/%.*$/, '');
  return isIP(address) === 0 ? undefined : address;
}

/** What a client has asked for; undefined where that is not known. */
export interface AskedFor {
  readonly host: string | undefined;
  readonly protocol: 'http' | 'https' | undefined;
}

/**
 * What the client of a request has asked for: by the word of the proxy that we are connected to, where it is trusted, or by
 * the request itself. Of several values the last is that proxy's own, as Fastify has it.
 */
export function askedFor({ headers, socket }: IncomingMessage, trusts: TrustsProxy | undefined): AskedFor {
  const isTrusted = trusts?.(socket.remoteAddress, 0) === true;
  const host = isTrusted ? lastOf(headers['x-forwarded-host']) : undefined;
  const protocol = isTrusted ? lastOf(headers['x-forwarded-proto'])?.toLowerCase() : undefined;
  if (protocol === 'http' || protocol === 'https') return { host: host ?? headers.host, protocol };
  // Behind a proxy that says nothing of it, plain requests may have been either.
  return { host: host ?? headers.host, protocol: 'encrypted' in socket ? 'https' : undefined };
}

function lastOf(field: string | string[] | undefined): string | undefined {
  if (field === undefined) return undefined;
  return String(field).split(',').at(-1)!.trim();
}
