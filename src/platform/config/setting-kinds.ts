import { buildMessage, ValidateBy } from 'class-validator';
import { statSync } from 'node:fs';
import { isIP } from 'node:net';
import { isPem } from './pem-text.js';

/**
 * What a setting may hold. Each kind's message is the "expected …" half of the line that a fault prints,
 * so that it reads the same for the operator and in the table of settings.
 */
function kind(name: string, expected: string, accepts: (value: unknown) => boolean): PropertyDecorator {
  return ValidateBy({
    name,
    constraints: [expected],
    validator: { validate: accepts, defaultMessage: buildMessage(() => expected) },
  });
}

export const WholeNumber = (min: number, max: number): PropertyDecorator =>
  kind(
    'wholeNumber',
    `a whole number from ${min} to ${max}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  );

export const OneOf = (choices: readonly string[]): PropertyDecorator =>
  kind('oneOf', `one of ${choices.join(', ')}`, (value) => choices.includes(value as string));

export const SomeOf = (choices: readonly string[]): PropertyDecorator =>
  kind('someOf', `a comma-separated list of ${choices.join(', ')}, each at most once`, (value) => {
    const list = value as string[];
    return (
      list.length > 0 && new Set(list).size === list.length && list.every((one) => choices.includes(one))
    );
  });

const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)$/;

/** The two halves of `host:port`, where an IPv6 address stands in brackets; undefined for another text. */
export function hostAndPort(text: string, leastPort = 1): { host: string; port: string } | undefined {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon);
  const port = text.slice(colon + 1);
  const isTaken =
    colon > 0 && HOST.test(host) && /^\d{1,5}$/.test(port) && +port >= leastPort && +port <= 65_535;
  return isTaken ? { host, port } : undefined;
}

export const isHostAndPort = (text: string): boolean => hostAndPort(text) !== undefined;

export const BrokerList = (): PropertyDecorator =>
  kind('brokerList', 'a comma-separated list of host:port, such as kafka-1:9092,kafka-2:9092', (value) => {
    const list = value as string[];
    return list.length > 0 && list.every(isHostAndPort);
  });

export const HostName = (): PropertyDecorator =>
  kind('hostName', 'a host name or an IP address', (value) => {
    const text = String(value);
    return HOST.test(text) || /^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(text);
  });

const HOST_PATTERN = /^(\*|(\*?\.)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)$/;

export const HostPatterns = (): PropertyDecorator =>
  kind(
    'hostPatterns',
    'a comma-separated list of names without port, such as shop.example,.shop.example, or *',
    (value) => (value as string[]).every((pattern) => HOST_PATTERN.test(pattern)),
  );

const ORIGIN = /^https?:\/\/(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/;

export const Origins = (): PropertyDecorator =>
  kind('origins', 'a comma-separated list of origins, such as https://shop.example', (value) =>
    (value as string[]).every((origin) => ORIGIN.test(origin)),
  );

export const UrlOf = (...protocols: string[]): PropertyDecorator =>
  kind(
    'urlOf',
    `a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')} and names one host`,
    (value) => {
      const url = URL.canParse(String(value)) ? new URL(String(value)) : undefined;
      return (
        url !== undefined && protocols.includes(url.protocol) && HOST.test(url.hostname.replace(/\.$/, ''))
      );
    },
  );

/** RFC 3986, section 2.3: unreserved characters, which mean the same with and without an escape. */
const PATH_SEGMENTS = /^(\/[A-Za-z0-9._~-]+)+$/;

/** Clients take the segments `.` and `..` out of a path before they send it (RFC 3986, section 5.2.4). */
export const PathPrefix = (): PropertyDecorator =>
  kind(
    'pathPrefix',
    'a path such as /api, of letters, digits, dots, underscores, tildes and hyphens, without a slash at its end',
    (value) => {
      const text = String(value);
      return PATH_SEGMENTS.test(text) && !text.split('/').some((segment) => /^\.\.?$/.test(segment));
    },
  );

/** Kafka's own rule for the names of topics and, by custom, of groups. */
export const KafkaName = (): PropertyDecorator =>
  kind('kafkaName', 'a name of 1 to 249 letters, digits, dots, underscores and hyphens', (value) => {
    const text = String(value);
    return /^[A-Za-z0-9._-]{1,249}$/.test(text) && text !== '.' && text !== '..';
  });

const NAME = /^[a-z][a-z0-9_]*$/;

export const NamesOfContexts = (): PropertyDecorator =>
  kind('namesOfContexts', 'all, or a comma-separated list of names, each at most once', (value) => {
    const list = value as string[];
    return list.length > 0 && new Set(list).size === list.length && list.every((one) => NAME.test(one));
  });

export const Directory = (): PropertyDecorator =>
  kind(
    'directory',
    'a directory that exists',
    (value) => statSync(String(value), { throwIfNoEntry: false })?.isDirectory() ?? false,
  );

export const FilePath = (): PropertyDecorator =>
  kind(
    'filePath',
    'the path of a file',
    (value) => typeof value === 'string' && value.trim() !== '' && !isPem(value),
  );

const HOPS = /^[1-9]$/;

/** An address or a network in CIDR notation, or one of proxy-addr's names for some. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  // isIP takes an address with the name of an interface, which is no network's.
  const version = address.includes('%') ? 0 : isIP(address);
  const most = version === 4 ? 32 : 128;
  const isPrefix = bits === undefined || (/^\d{1,3}$/.test(bits) && +bits <= most);
  return version !== 0 && isPrefix && rest.length === 0;
}

export const TrustedProxies = (): PropertyDecorator =>
  kind(
    'trustedProxies',
    'off, the number of proxies in a row (1 to 9), or a comma-separated list of addresses and networks, such as 10.0.0.0/8, loopback, linklocal or uniquelocal',
    (value) => {
      const text = String(value);
      return text === 'off' || HOPS.test(text) || text.split(',').every((one) => isProxy(one.trim()));
    },
  );

export const NonEmptyText = (): PropertyDecorator =>
  kind(
    'nonEmptyText',
    'a text that is not empty',
    (value) => typeof value === 'string' && value.trim() !== '',
  );

/** The prefix and the lengths that the Standard Webhooks specification gives a symmetric secret. */
const WEBHOOK_SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
const [MIN_SECRET_BYTES, MAX_SECRET_BYTES] = [24, 64];

function isWebhookSecret(text: string): boolean {
  const [, base64 = ''] = WEBHOOK_SECRET.exec(text) ?? [];
  const { length } = Buffer.from(base64, 'base64');
  return length >= MIN_SECRET_BYTES && length <= MAX_SECRET_BYTES;
}

export const WebhookSecrets = (): PropertyDecorator =>
  kind(
    'webhookSecrets',
    `a comma-separated list of whsec_ and ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes in base64`,
    (value) => (value as string[]).every(isWebhookSecret),
  );
