import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { compileContextsProgram, type ContextsProgram } from '../../contexts/contexts-program.js';
import type { Trouble } from '../../contexts/unreliable/trouble.js';
import type { ConnectionSettings } from '../../../src/platform/database/connection-settings.js';
import { tellSweeper } from '../../support/left-behind.js';
import { accountOf, type ContextsAccount, isComplete } from './contexts-account.js';
import { OrderFlow } from './order-flow.js';
import { SupervisedProgram } from './supervised-program.js';
import { overKafka, overLoopback, type Transport } from './transports.js';

const BETWEEN_ACCOUNTS_MS = 250;

/** Whether the unreliable context has neither noted nor refused one of these orders. */
const UNRELIABLE_WAITS = `
  SELECT EXISTS (
    SELECT FROM unnest($1::text[]) AS uid
    WHERE uid NOT IN (SELECT order_uid FROM unreliable.seen)
      AND uid NOT IN (SELECT convert_from(key, 'UTF8') FROM dead_letters WHERE context = 'unreliable' AND key IS NOT NULL)
  ) AS waits`;

export interface ContextsStageOptions {
  /** An empty database. */
  readonly connection: ConnectionSettings;
  /** Without them, the loopback. */
  readonly brokers?: string;
  readonly ordersPerSecond: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** The program with the example contexts, in a process of its own, and orders that come all the time. */
export class ContextsStage {
  private constructor(
    readonly program: SupervisedProgram,
    readonly flow: OrderFlow,
    readonly transport: Transport,
    private readonly database: Pool,
    private readonly compiled: ContextsProgram,
    private readonly directory: string,
  ) {}

  /** Resolves when the program is ready and orders come in. */
  static async open(options: ContextsStageOptions): Promise<ContextsStage> {
    const { connection, brokers, ordersPerSecond, env = {} } = options;
    const directory = await mkdtemp(join(tmpdir(), 'waybill-trouble-'));
    tellSweeper('directory', directory);
    const compiled = await compileContextsProgram();
    const database = new Pool({ ...connection, max: 4 });
    database.on('error', () => undefined);
    const transport = brokers === undefined ? overLoopback(database) : await overKafka(brokers);
    const program = await SupervisedProgram.start(compiled.path, {
      DB_HOST: connection.host,
      DB_PORT: String(connection.port),
      DB_USER: connection.user,
      DB_PASSWORD: connection.password,
      DB_NAME: connection.database,
      CONTEXTS: 'orders,parcels,weights,unreliable',
      // So that a process that takes all memory for itself ends before the machine is short of it.
      NODE_OPTIONS: '--max-old-space-size=256',
      UNRELIABLE_TROUBLE_FILE: join(directory, 'trouble'),
      ...transport.settings,
      ...env,
    });
    const flow = new OrderFlow(randomUUID().slice(0, 6), transport, database, ordersPerSecond);
    return new ContextsStage(program, flow, transport, database, compiled, directory);
  }

  get url(): string {
    return this.program.url;
  }

  /** The unreliable context is in it until this is called again; undefined ends it. */
  async bringAbout(trouble: Trouble | undefined): Promise<void> {
    await writeFile(join(this.directory, 'trouble'), trouble ?? '');
  }

  /** Resolves once the unreliable context is done with each order that was sent before, and after a while at last. */
  async calmed(atLastAfterMs: number): Promise<void> {
    const sent = [...this.flow.orders.keys()];
    const deadline = performance.now() + atLastAfterMs;
    while (performance.now() < deadline && !(await this.isDoneWith(sent))) await pause(BETWEEN_ACCOUNTS_MS);
  }

  async account(): Promise<ContextsAccount> {
    return accountOf(this.database, this.flow);
  }

  /** No more orders come; waits until all that came is done with everywhere. @returns what it is after `timeoutMs` at last */
  async drained(timeoutMs: number): Promise<ContextsAccount> {
    await this.flow.stopSending();
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const account = await this.account();
      if (isComplete(account) || performance.now() > deadline) return account;
      await pause(BETWEEN_ACCOUNTS_MS);
    }
  }

  private async isDoneWith(uids: readonly string[]): Promise<boolean> {
    const { rows } = await this.database.query<{ waits: boolean }>(UNRELIABLE_WAITS, [uids]);
    return !rows[0]!.waits;
  }

  async close(): Promise<void> {
    await this.flow.close();
    await this.program.stop();
    await this.transport.close();
    await this.database.end();
    await this.compiled.remove();
    await rm(this.directory, { recursive: true, force: true });
    tellSweeper('removed', this.directory);
  }
}
