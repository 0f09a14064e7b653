import type { SaslParts } from './sasl.js';

const LENGTH_BYTES = 4;
/** What a client answers to the error of a server, which then says that the login has failed (RFC 7628, section 3.2.3). */
const ACKNOWLEDGED = '\u0001';

const asBytes = (text: string): { encode(): Promise<Buffer> } => {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(bytes.length);
  return { encode: () => Promise.resolve(Buffer.concat([length, bytes])) };
};

const answer = {
  decode: (raw: Buffer): Promise<string> => Promise.resolve(raw.toString('utf8', LENGTH_BYTES)),
  parse: (text: string): Promise<string> => Promise.resolve(text),
};

/**
 * Logs in by a token (RFC 7628). kafkajs takes any answer for a success, also the one by which a broker refuses the token.
 *
 * @throws what the broker says
 */
export async function exchangeToken(
  token: string,
  saslAuthenticate: SaslParts['saslAuthenticate'],
): Promise<void> {
  const said = await saslAuthenticate({
    request: asBytes(`n,,\u0001auth=Bearer ${token}\u0001\u0001`),
    response: answer,
  });
  if (said === '' || said === undefined) return;
  await saslAuthenticate({ request: asBytes(ACKNOWLEDGED), response: answer });
  const refused = new Error('the broker does not take the token');
  throw Object.assign(refused, { type: 'SASL_AUTHENTICATION_FAILED' });
}
