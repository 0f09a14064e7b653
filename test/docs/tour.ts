import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { createTestDatabase } from '../support/test-database.js';
import { startWaybill, type WaybillProcess } from '../support/waybill-process.js';

const README = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
export const ORIGIN = 'http://127.0.0.1:8080';
/** Before commands that are run as they stand: each curl tells its status alone, and a stream ends by itself. */
export const STATUS_ALONE = `curl() { command curl -s -m 5 -o /dev/null -w '%{http_code}\\n' "$@" || true; }\n`;

const run = promisify(execFile);

/** A section of the README that has the reader start a program, and run commands one after the other, if it has any. */
export class Tour {
  /** `CONTEXTS=sensors ROLES=… make run` */
  readonly settings: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
  private database: Awaited<ReturnType<typeof createTestDatabase>> | undefined;
  private waybill: WaybillProcess | undefined;

  constructor(title: string) {
    const section = new RegExp(`^### ${title}\\n([^]*?)\\n###? `, 'm').exec(README)![1]!;
    const settings = /`((?:[A-Z_]+=\S+ )+)make run`/.exec(section)![1]!.trim().split(' ');
    this.settings = Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string]));
    const [, block] = /^```sh\n([^]*?)^```$/m.exec(section) ?? [];
    this.commands = block?.split(/\n{2,}/).map((command) => command.replace(/^#.*\n/gm, '').trim()) ?? [];
  }

  async start(): Promise<void> {
    this.database = await createTestDatabase();
    const { host, port, user, password, database } = this.database.connection;
    this.waybill = await startWaybill({
      env: {
        ...this.settings,
        DB_HOST: host,
        DB_PORT: String(port),
        DB_USER: user,
        DB_PASSWORD: password,
        DB_NAME: database,
      },
    });
  }

  async stop(): Promise<void> {
    await this.waybill?.stop();
    await this.database?.drop();
  }

  /** What a command prints, run as it stands but for the port, which may be somebody else's. */
  async output(command: string): Promise<string> {
    expect(command).toContain(ORIGIN);
    return (await run('sh', ['-c', command.replaceAll(ORIGIN, this.waybill!.url)])).stdout;
  }

  /** The statuses of the calls of a command, which may have several. */
  async statusesOf(command: string): Promise<number[]> {
    return (await this.output(STATUS_ALONE + command)).trim().split('\n').map(Number);
  }

  /** The answer that `curl -i` prints. */
  async answerTo(command: string) {
    const [head = '', body = ''] = (await this.output(command)).split('\r\n\r\n');
    const [statusLine = '', ...fields] = head.split('\r\n');
    const headers = new Headers(fields.map((field) => field.split(': ') as [string, string]));
    return { status: Number(statusLine.split(' ')[1]), headers, body };
  }
}
