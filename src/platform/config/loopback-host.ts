import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether what listens on this name or address can be reached from its own machine alone (RFC 6761 for the name). */
export function isLoopbackHost(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return /^(.+\.)?localhost\.?$/i.test(host);
  return LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
