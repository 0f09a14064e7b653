import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { ConfigurationError } from '../config/configuration.error.js';
import { Environment } from '../config/environment.js';
import { ServerCertificate } from './server-certificate.js';

const log = pino({ level: 'silent' });
const DAY_MS = 86_400_000;

let authority: CertificateAuthority;
beforeAll(async () => {
  authority = await CertificateAuthority.create();
});
afterAll(() => authority.remove());

const certificateOf = ({ cert, key }: Partial<KeyPair>): ServerCertificate | undefined =>
  ServerCertificate.of(Object.assign(new Environment(), { SERVER_TLS_CERT: cert, SERVER_TLS_KEY: key }), log);

describe("the server's certificate", () => {
  it.each([
    ['within 14 days of its end', 90, 14],
    ['in the last third of a short life', 6, 2],
  ])('is complained about %s, and behind it', async (_when, days, beforeDays) => {
    const pair = await authority.sign(`of-${days}-days`, { days });
    const certificate = certificateOf(pair)!;
    const endMs = Date.parse(new X509Certificate(readFileSync(pair.cert)).validTo);
    const end = new Date(endMs).toISOString();
    expect(certificate.state(endMs - beforeDays * DAY_MS - 60_000)).toEqual({ up: true });
    const prefix = `the certificate that SERVER_TLS_CERT names (${pair.cert})`;
    expect(certificate.state(endMs - beforeDays * DAY_MS + 60_000)).toEqual({
      up: false,
      detail: `${prefix} expires at ${end}: replace the file, and that of its key, before`,
    });
    expect(certificate.state(endMs + 1_000).detail).toBe(
      `${prefix} has expired at ${end}: replace the file, and that of its key`,
    );
    expect(certificate.state(endMs - (days + 1) * DAY_MS).detail).toContain('is not valid before');
  });

  it('is there where both of its files are set, and of use', async () => {
    expect(certificateOf({})).toBeUndefined();
    const [one, other] = [await authority.sign('one'), await authority.sign('other')];
    expect(() => certificateOf({ cert: one.cert, key: other.key })).toThrow(ConfigurationError);
    expect(() => certificateOf({ cert: one.key, key: one.key })).toThrow(/SERVER_TLS_CERT names/);
  });
});
