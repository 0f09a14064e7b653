/** Asks the program that runs here how it is, and prints it for people. Ends with 1 when it is not up. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get as getPlain, type IncomingMessage } from 'node:http';
import { get as getEncrypted } from 'node:https';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import type { HealthReport } from '../src/platform/health/health.js';
import { joinHostAndPort } from '../src/platform/host-and-port.js';
import { settingsOfProgram } from './shell/settings.js';

const TIMEOUT_MS = 5_000;
const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

interface Answer {
  readonly status: number;
  readonly body: string;
}

const { SERVER_HOST, SERVER_PORT, SERVER_TLS_CERT } = await settingsOfProgram();
const host = EVERY_ADDRESS[SERVER_HOST] ?? SERVER_HOST;
const protocol = SERVER_TLS_CERT === undefined ? 'http' : 'https';
const url = `${protocol}://${joinHostAndPort({ host, port: SERVER_PORT })}/health`;
if (!(await isUp())) process.exitCode = 1;

async function isUp(): Promise<boolean> {
  if (SERVER_PORT === 0)
    return complain('SERVER_PORT is 0, so that the program took a free port: set it to that one');
  let answer: Answer;
  try {
    answer = await ask();
  } catch (error) {
    const { name, message, code } = error as NodeJS.ErrnoException;
    const reason =
      name === 'AbortError' ? `it gave no answer within ${TIMEOUT_MS / 1_000} s` : message || code;
    return complain(`${url}: down: ${reason}`);
  }
  const report = parsed(answer.body);
  if (report?.parts === undefined)
    return complain(`${url}: what answers there is no Waybill (${answer.status})`);
  const width = Math.max(...Object.keys(report.parts).map((part) => part.length));
  const lines = Object.entries(report.parts).map(
    ([part, { up, detail }]) =>
      `  ${part.padEnd(width)}  ${up ? 'up' : 'down'}${detail === undefined ? '' : `: ${detail}`}`,
  );
  process.stdout.write(`${url}: ${report.status}\n${lines.join('\n')}\n`);
  return answer.status === 200 && report.status === 'up';
}

/**
 * Asks by the address that the program listens on, for which its certificate need not be, and of which it may have expired: the
 * certificate itself is compared.
 */
async function ask(): Promise<Answer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const get = protocol === 'https' ? getEncrypted : getPlain;
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    get(url, { signal, rejectUnauthorized: false, agent: false }, resolve).once('error', reject);
  });
  if (SERVER_TLS_CERT !== undefined) tellOtherCertificate(answer.socket as TLSSocket, SERVER_TLS_CERT);
  return { status: answer.statusCode!, body: await text(answer) };
}

function tellOtherCertificate(socket: TLSSocket, path: string): void {
  const expected = new X509Certificate(readFileSync(path));
  if (socket.getPeerX509Certificate()?.fingerprint256 === expected.fingerprint256) return;
  complain(`${url}: its certificate is not the one of ${path}, which SERVER_TLS_CERT names`);
}

function parsed(body: string): Partial<HealthReport> | undefined {
  try {
    return JSON.parse(body) as Partial<HealthReport>;
  } catch {
    return undefined;
  }
}

function complain(line: string): false {
  process.stderr.write(`${line}\n`);
  return false;
}
