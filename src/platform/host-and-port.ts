/** A server as sockets have it: an IPv6 address is without brackets. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** `host:port` as people and URLs have it: an IPv6 address stands in brackets (RFC 3986, section 3.2.2). */
export const joinHostAndPort = ({ host, port }: HostAndPort): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Takes `kafka-1:9092` and `[::1]:9092` apart. */
export function splitHostAndPort(text: string): HostAndPort {
  const colon = text.lastIndexOf(':');
  return { host: withoutBrackets(text.slice(0, colon)), port: Number(text.slice(colon + 1)) };
}

/** The host of a URL as sockets have it. */
export const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');
