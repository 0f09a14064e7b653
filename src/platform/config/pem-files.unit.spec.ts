import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateAuthority, type KeyPair } from '../../../test/support/certificates.js';
import { pemFaults, PemFileError, readPemFiles } from './pem-files.js';

const run = promisify(execFile);

let authority: CertificateAuthority;
let pair: KeyPair;
let other: KeyPair;

beforeAll(async () => {
  authority = await CertificateAuthority.create();
  [pair, other] = [await authority.sign('own'), await authority.sign('other')];
});
afterAll(() => authority.remove());

const named = (setting: string, path: string) => ({ setting, path });

it('reads certificates and a key as they are when they are asked for', () => {
  const files = {
    ca: named('X_CA', authority.cert),
    cert: named('X_CERT', pair.cert),
    key: named('X_KEY', pair.key),
  };
  expect(readPemFiles(files)).toEqual({
    ca: readFileSync(authority.cert),
    cert: readFileSync(pair.cert),
    key: readFileSync(pair.key),
  });
  expect(readPemFiles({})).toEqual({});
  expect(pemFaults(files)).toEqual([]);
});

it('tells of a file that is not there', () => {
  const missing = join(authority.directory, 'missing');
  expect(() => readPemFiles({ ca: named('X_CA', missing) })).toThrow(PemFileError);
  expect(pemFaults({ ca: named('X_CA', missing) })).toEqual([
    `X_CA names ${missing}, which cannot be read (ENOENT): expected a certificate in PEM`,
  ]);
});

it('tells of a file that holds something else, and shows nothing of it', () => {
  const path = join(authority.directory, 'password');
  writeFileSync(path, 'hunter2');
  expect(pemFaults({ ca: named('X_CA', path) })).toEqual([
    `X_CA names ${path}, which is something else: expected a certificate in PEM`,
  ]);
  expect(pemFaults({ key: named('X_KEY', pair.cert) })).toEqual([
    `X_KEY names ${pair.cert}, which is something else: expected a private key in PEM, without a passphrase`,
  ]);
});

it('tells of a file that is empty, as one is that is being written', () => {
  const path = join(authority.directory, 'empty');
  writeFileSync(path, '');
  expect(pemFaults({ ca: named('X_CA', path) })).toEqual([
    `X_CA names ${path}, which is empty: expected a certificate in PEM`,
  ]);
});

it('tells of a key with a passphrase', async () => {
  const path = join(authority.directory, 'locked.key');
  await run('openssl', ['pkcs8', '-topk8', '-in', pair.key, '-out', path, '-passout', 'pass:hunter2']);
  expect(pemFaults({ key: named('X_KEY', path) })).toEqual([
    `X_KEY names ${path}, which has a passphrase: expected a private key in PEM, without a passphrase`,
  ]);
});

it('tells of a key that is of another certificate, and heals', () => {
  const key = join(authority.directory, 'replaced.key');
  writeFileSync(key, readFileSync(other.key));
  const files = { cert: named('X_CERT', pair.cert), key: named('X_KEY', key) };
  expect(pemFaults(files)).toEqual([
    `X_KEY names ${key}, which is not the key of the certificate that X_CERT names: expected the two of one pair`,
  ]);
  rmSync(key);
  writeFileSync(key, readFileSync(pair.key));
  expect(pemFaults(files)).toEqual([]);
});

it('tells of a certificate that is cut off behind a whole one, and of one that is not in PEM', async () => {
  const path = join(authority.directory, 'half.pem');
  const whole = readFileSync(authority.cert, 'utf8');
  const wrong = `X_CA names ${path}, which is something else: expected a certificate in PEM`;
  writeFileSync(path, whole + whole.slice(0, whole.length / 2));
  expect(pemFaults({ ca: named('X_CA', path) })).toEqual([wrong]);
  writeFileSync(path, new X509Certificate(whole).raw);
  expect(pemFaults({ ca: named('X_CA', path) })).toEqual([wrong]);
  writeFileSync(path, (whole + whole).replaceAll('\n', '\r\n'));
  expect(pemFaults({ ca: named('X_CA', path) })).toEqual([]);
});

it('takes a certificate and its key in one file', () => {
  const path = join(authority.directory, 'both.pem');
  writeFileSync(path, readFileSync(pair.key, 'utf8') + readFileSync(pair.cert, 'utf8'));
  expect(pemFaults({ cert: named('X_CERT', path), key: named('X_KEY', path) })).toEqual([]);
});

it('waits for no pipe, reads nothing that has no end, and shows no key that stands in place of a path', async () => {
  const pipe = join(authority.directory, 'pipe');
  await run('mkfifo', [pipe]);
  const faultOf = (path: string): string[] => pemFaults({ key: named('X_KEY', path) });
  const expected = 'expected a private key in PEM, without a passphrase';
  expect(faultOf(pipe)).toEqual([`X_KEY names ${pipe}, which cannot be read (ENOTREG): ${expected}`]);
  expect(faultOf('/dev/zero')).toEqual([
    `X_KEY names /dev/zero, which cannot be read (ENOTREG): ${expected}`,
  ]);
  expect(faultOf(authority.directory)[0]).toContain('which cannot be read (EISDIR)');
  expect(faultOf(readFileSync(pair.key, 'utf8'))[0]).toMatch(
    /^X_KEY names no file \(hidden\), which cannot be read/,
  );
});
