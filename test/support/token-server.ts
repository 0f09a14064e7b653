import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { KeyPair } from './certificates.js';

const KEY_ID = 'test-key';
const ISSUER = 'https://tokens.test';
const AUDIENCE = 'kafka';

/** How a token server answers: with a token, as OAuth says no (RFC 6749, section 5.2), with what is no JSON, or not at all. */
export type TokenMood = 'issue' | 'refuse' | 'rubbish' | 'hang';

export interface TokenClient {
  readonly id: string;
  readonly secret: string;
}

/**
 * Issues signed tokens to a client that shows its secret (RFC 6749, section 4.4: in the `Authorization` header or in the body), and
 * to nobody else.
 */
export class TokenServer {
  mood: TokenMood = 'issue';
  lifeSeconds = 3_600;
  /** Requests so far, whatever became of them. */
  requests = 0;
  /** Scopes that were asked for, with each request. */
  readonly scopes: (string | null)[] = [];
  /** Every token so far, for those who look for one where none may stand. */
  readonly issued: string[] = [];
  private readonly privateKey: KeyObject;
  /** The public key as a JSON Web Key Set (RFC 7517). */
  readonly keySet: string;

  private constructor(
    private readonly server: Server,
    readonly client: TokenClient,
    readonly url: string,
  ) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    this.privateKey = privateKey;
    const key = { ...publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' };
    this.keySet = JSON.stringify({ keys: [key] });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param certificate what it shows by HTTPS; without it, it speaks HTTP */
  static async start(client: TokenClient, certificate?: KeyPair): Promise<TokenServer> {
    const server =
      certificate === undefined
        ? createHttpServer()
        : createHttpsServer({ cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const scheme = certificate === undefined ? 'http' : 'https';
    return new TokenServer(server, client, `${scheme}://127.0.0.1:${port}/token`);
  }

  /** Settings of a broker that takes its tokens; the file holds {@link keySet}. */
  static brokerSettings(keySetFile: string): Record<string, string> {
    return {
      'sasl.oauthbearer.jwks.endpoint.url': `file://${keySetFile}`,
      'sasl.oauthbearer.expected.issuer': ISSUER,
      'sasl.oauthbearer.expected.audience': AUDIENCE,
      'sasl.oauthbearer.clock.skew.seconds': '1',
    };
  }

  /** A token for the client, without a request for it. */
  token(): string {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const head = { alg: 'RS256', typ: 'JWT', kid: KEY_ID };
    const claims = {
      ...{ iss: ISSUER, aud: AUDIENCE, sub: this.client.id, jti: crypto.randomUUID() },
      ...{ iat: nowSeconds, exp: nowSeconds + this.lifeSeconds },
    };
    const signed = [head, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const token = `${signed}.${sign('sha256', Buffer.from(signed), this.privateKey).toString('base64url')}`;
    this.issued.push(token);
    return token;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const form = new URLSearchParams(await text(request));
    this.scopes.push(form.get('scope'));
    const say = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (this.mood === 'hang') return;
    if (this.mood === 'rubbish') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    } else if (form.get('grant_type') !== 'client_credentials') {
      say(400, { error: 'unsupported_grant_type' });
    } else if (this.mood === 'refuse' || !this.isClient(request.headers.authorization, form)) {
      say(401, { error: 'invalid_client' });
    } else {
      say(200, { access_token: this.token(), token_type: 'Bearer', expires_in: this.lifeSeconds });
    }
  }

  private isClient(authorization: string | undefined, form: URLSearchParams): boolean {
    const { id, secret } = this.client;
    if (authorization === undefined)
      return form.get('client_id') === id && form.get('client_secret') === secret;
    // Both are form-encoded before they are put together (RFC 6749, section 2.3.1).
    const shown = [id, secret]
      .map((part) => new URLSearchParams({ part }).toString().slice('part='.length))
      .join(':');
    return authorization === `Basic ${Buffer.from(shown).toString('base64')}`;
  }
}
