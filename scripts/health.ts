/** Asks the program that runs here how it is, and prints it for people. Ends with 1 when it is not up. */
import type { HealthReport } from '../src/platform/health/health.js';
import { settingsOfProgram } from './shell/settings.js';

const TIMEOUT_MS = 5_000;
const EVERY_ADDRESS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const { SERVER_HOST, SERVER_PORT } = await settingsOfProgram();
const host = EVERY_ADDRESS[SERVER_HOST] ?? SERVER_HOST;
const url = `http://${host.includes(':') ? `[${host}]` : host}:${SERVER_PORT}/health`;
if (!(await isUp())) process.exitCode = 1;

async function isUp(): Promise<boolean> {
  if (SERVER_PORT === 0)
    return complain('SERVER_PORT is 0, so that the program took a free port: set it to that one');
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: NodeJS.ErrnoException };
    const reason = name === 'TimeoutError' ? `it gave no answer within ${TIMEOUT_MS / 1_000} s` : message;
    return complain(`${url}: down: ${cause?.message || cause?.code || reason}`);
  }
  const report = (await answer.json().catch(() => undefined)) as Partial<HealthReport> | undefined;
  if (report?.parts === undefined)
    return complain(`${url}: what answers there is no Waybill (${answer.status})`);
  const width = Math.max(...Object.keys(report.parts).map((part) => part.length));
  const lines = Object.entries(report.parts).map(
    ([part, { up, detail }]) =>
      `  ${part.padEnd(width)}  ${up ? 'up' : 'down'}${detail === undefined ? '' : `: ${detail}`}`,
  );
  process.stdout.write(`${url}: ${report.status}\n${lines.join('\n')}\n`);
  return answer.ok && report.status === 'up';
}

function complain(line: string): false {
  process.stderr.write(`${line}\n`);
  return false;
}
