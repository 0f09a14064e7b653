import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { tokenFiles } from '../../../config/kafka-files.js';
import type { Environment } from '../../../config/environment.js';
import { readPemFiles } from '../../../config/pem-files.js';
import { currentValue, writtenName } from '../../../config/setting-sources.js';
import { explainNetworkFault } from '../../../connections/network-faults.js';
import { TransientError } from '../../../failures/classified-errors.js';
import { type BearerToken, parseToken, TokenError } from './bearer-token.js';

const LIMIT_MS = 10_000;
const MOST_BYTES = 65_536;
/**
 * An `error` as the specifications of OAuth have them, such as invalid_client (RFC 6749, section 5.2). Others may hold anything, also
 * what was sent to the endpoint.
 */
const ERROR_CODE = /^(?=.{1,40}$)[a-z]+(_[a-z]+)+$/;

/**
 * Fetches a token by the client credentials grant (RFC 6749, section 4.4). The secret and the CA are read anew each time.
 *
 * @throws TokenError, ConnectionFaultError, SecretFileError, PemFileError
 */
export async function fetchToken(environment: Environment, limitMs = LIMIT_MS): Promise<BearerToken> {
  const endpoint = writtenName(environment, 'KAFKA_SASL_OAUTH_ENDPOINT');
  const url = new URL(environment.KAFKA_SASL_OAUTH_ENDPOINT!);
  const source = `the token endpoint ${url.host} (${endpoint})`;
  const limit = AbortSignal.timeout(limitMs);
  try {
    const { status, body } = await post(url, source, environment, limit);
    if (status === 200) return parseToken(asJson(body, source), source);
    throw new TokenError(refusalOf(status, body, source, environment));
  } catch (error) {
    // Of an answer that was begun, Node says only that it was cut off.
    if (limit.aborted) {
      throw new TokenError(
        `${source} does not answer within ${limitMs / 1_000} s: check ${endpoint}, and whether it runs there`,
        { cause: error },
      );
    }
    const ca = writtenName(environment, 'KAFKA_SASL_OAUTH_CA');
    const peer = { name: source, address: endpoint, encryption: endpoint, ca, certificate: endpoint };
    throw explainNetworkFault(error, peer) ?? asTokenError(error, source, endpoint);
  }
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function post(
  url: URL,
  source: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Answer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  const { KAFKA_SASL_OAUTH_SCOPE: scope } = environment;
  const client = currentValue(environment, 'KAFKA_SASL_OAUTH_CLIENT_ID') ?? '';
  if (scope !== undefined) form.set('scope', scope);
  const body = form.toString();
  const credentials = `${formEncoded(client)}:${formEncoded(currentValue(environment, 'KAFKA_SASL_OAUTH_CLIENT_SECRET'))}`;
  const isEncrypted = url.protocol === 'https:';
  const options = {
    method: 'POST',
    // A connection of its own: the next token is asked for in minutes.
    agent: false as const,
    signal,
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
      accept: 'application/json',
    },
    ...(isEncrypted && { ...readPemFiles(tokenFiles(environment)), rejectUnauthorized: true }),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = isEncrypted ? requestHttps(url, options, resolve) : requestHttp(url, options, resolve);
    asked.on('error', reject);
    asked.end(body);
  });
  return { status: answer.statusCode ?? 0, body: await textOf(answer, source) };
}

/** RFC 6749, section 2.3.1: both are form-encoded before they become HTTP Basic. */
const formEncoded = (text: string): string => new URLSearchParams({ text }).toString().slice('text='.length);

async function textOf(answer: IncomingMessage, source: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) {
      answer.destroy();
      throw new TokenError(`${source} answers with more than ${MOST_BYTES} bytes: expected a token`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function asJson(body: string, source: string): string {
  if (body.trim().startsWith('{')) return body;
  throw new TokenError(`${source} answers with something that is no JSON: expected access_token in JSON`);
}

function refusalOf(status: number, body: string, source: string, environment: Environment): string {
  const name = (setting: 'CLIENT_ID' | 'CLIENT_SECRET' | 'SCOPE' | 'ENDPOINT'): string =>
    writtenName(environment, `KAFKA_SASL_OAUTH_${setting}`);
  const code = errorIn(body);
  const said = code === undefined ? `HTTP ${status}` : `HTTP ${status}, ${code}`;
  if (code === 'invalid_scope') return `${source} gives no token (${said}): check ${name('SCOPE')}`;
  if (status === 401 || code === 'invalid_client' || code === 'unauthorized_client') {
    return `${source} does not take the client (${said}): check ${name('CLIENT_ID')} and ${name('CLIENT_SECRET')}`;
  }
  if (status >= 300 && status < 400) {
    return `${source} leads elsewhere (${said}), which is not followed: put the place of the tokens themselves into ${name('ENDPOINT')}`;
  }
  return `${source} gives no token (${said}): check ${name('ENDPOINT')}, see what its own log says`;
}

function errorIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' && ERROR_CODE.test(error) ? error : undefined;
  } catch {
    return undefined;
  }
}

/** What breaks off, or is no HTTP, has a code and says nothing of where. */
function asTokenError(error: unknown, source: string, endpoint: string): Error {
  if (error instanceof TransientError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new TokenError(
    `${source} gives no token (${code ?? message}): check ${endpoint}, and what answers there`,
    {
      cause: error,
    },
  );
}
