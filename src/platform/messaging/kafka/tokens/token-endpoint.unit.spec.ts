import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Environment } from '../../../config/environment.js';
import { loadEnvironment } from '../../../config/load-environment.js';
import { fetchToken } from './token-endpoint.js';

const SECRET = 'p+ss:wörd';

describe('a token from an endpoint', () => {
  let server: Server;
  let directory: string;
  let environment: Environment;
  let answer: (response: ServerResponse) => void;
  let asked: { request: IncomingMessage; body: string } | undefined;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'waybill-token-'));
    server = createServer((request, response) => {
      void text(request).then((body) => {
        asked = { request, body };
        answer(response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeFileSync(join(directory, 'secret'), SECRET);
    environment = loadEnvironment(
      {
        KAFKA_BROKERS: 'kafka:9092',
        KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
        KAFKA_SASL_OAUTH_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
        KAFKA_SASL_OAUTH_CLIENT_ID: 'way bill',
        KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE: join(directory, 'secret'),
        KAFKA_SASL_OAUTH_SCOPE: 'orders read',
      },
      directory,
    );
  });
  beforeEach(() => (asked = undefined));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });

  const answers = (status: number, body: string, headers: Record<string, string> = {}): void => {
    answer = (response) => response.writeHead(status, headers).end(body);
  };

  it('is asked for with the client and its secret, form-encoded, by HTTP Basic', async () => {
    answers(200, '{"access_token":"abc","token_type":"Bearer","expires_in":60}');
    expect(await fetchToken(environment)).toEqual({ value: 'abc', lifetimeMs: 60_000 });
    const { method, headers } = asked!.request;
    expect(method).toBe('POST');
    expect(asked!.body).toBe('grant_type=client_credentials&scope=orders+read');
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    const [scheme, credentials] = headers.authorization!.split(' ');
    expect(scheme).toBe('Basic');
    expect(Buffer.from(credentials!, 'base64').toString()).toBe('way+bill:p%2Bss%3Aw%C3%B6rd');
  });

  it('is asked for with the secret that stands in the file by then', async () => {
    answers(200, '{"access_token":"abc"}');
    writeFileSync(join(directory, 'secret'), 'changed\n');
    await fetchToken(environment);
    const [, credentials] = asked!.request.headers.authorization!.split(' ');
    expect(Buffer.from(credentials!, 'base64').toString()).toBe('way+bill:changed');
    rmSync(join(directory, 'secret'));
    await expect(fetchToken(environment)).rejects.toThrow(
      /^KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE names .*ENOENT/,
    );
    writeFileSync(join(directory, 'secret'), SECRET);
  });

  it.each<[what: string, status: number, body: string, line: RegExp]>([
    [
      'a client that is not taken',
      401,
      '{"error":"invalid_client","error_description":"p+ss"}',
      /does not take the client \(HTTP 401, invalid_client\): check KAFKA_SASL_OAUTH_CLIENT_ID and KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE$/,
    ],
    [
      'a scope',
      400,
      '{"error":"invalid_scope"}',
      /\(HTTP 400, invalid_scope\): check KAFKA_SASL_OAUTH_SCOPE$/,
    ],
    ['a fault of its own', 500, 'oops p+ss', /\(HTTP 500\): check KAFKA_SASL_OAUTH_ENDPOINT/],
    ['a page', 200, '<html>', /answers with something that is no JSON/],
    ['no token', 200, '{}', /gives no token/],
    [
      'a flood',
      200,
      `{"access_token":"${'a'.repeat(70_000)}"}`,
      /^the token endpoint .*KAFKA_SASL_OAUTH_ENDPOINT.* more than 65536 bytes/,
    ],
    ['what was sent to it', 400, '{"error":"invalid client p+ss"}', /gives no token \(HTTP 400\): check/],
  ])('says in one line what is wrong: %s', async (_, status, body, line) => {
    answers(status, body);
    const failed = fetchToken(environment);
    await expect(failed).rejects.toThrow(line);
    await expect(failed).rejects.not.toThrow(/p\+ss|\n/);
  });

  it('does not send the secret on to where it is sent', async () => {
    answers(302, '', { location: '/elsewhere' });
    await expect(fetchToken(environment)).rejects.toThrow(/HTTP 302.*which is not followed/);
    expect(asked!.request.url).toBe('/token');
  });

  it.each<[what: string, answer: (response: ServerResponse) => void, line: RegExp]>([
    [
      'an answer that has no end',
      (response) => void response.writeHead(200).write('{"access_token":'),
      /does not answer within 0\.2 s: check KAFKA_SASL_OAUTH_ENDPOINT/,
    ],
    [
      'a connection that is cut',
      (response) => void response.socket!.destroy(),
      /gives no token \(ECONNRESET\): check KAFKA_SASL_OAUTH_ENDPOINT/,
    ],
    [
      'something else than HTTP',
      (response) => void response.socket!.end('no HTTP\r\n\r\n'),
      /gives no token \(HPE_\w+\): check KAFKA_SASL_OAUTH_ENDPOINT/,
    ],
  ])('names the setting at %s', async (_, broken, line) => {
    answer = broken;
    await expect(fetchToken(environment, 200)).rejects.toThrow(line);
  });

  it('names the setting when nobody is there', async () => {
    const nobody = Object.assign(Object.create(environment) as Environment, {
      KAFKA_SASL_OAUTH_ENDPOINT: 'http://127.0.0.1:1/token',
      KAFKA_SASL_OAUTH_CLIENT_SECRET: 'x',
    });
    await expect(fetchToken(nobody)).rejects.toThrow(
      'no route to the token endpoint 127.0.0.1:1 (KAFKA_SASL_OAUTH_ENDPOINT) (ECONNREFUSED): check KAFKA_SASL_OAUTH_ENDPOINT',
    );
  });
});
