import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { ConnectionSettings } from '../../src/platform/database/embedded/connection-settings.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/database/embedded/embedded-postgres.js';
import { removeDataDir, tellSweeper } from '../support/left-behind.js';
import { temporaryDataDir } from '../support/waybill-process.js';

const HOST = '127.0.0.1';

/**
 * A PostgreSQL that can be stopped and started again, with its data and under the same address. The server takes a
 * free port at each start, so there is a door in front of it; while the server is away the door's port refuses.
 */
export class AbsentPostgres {
  private server: EmbeddedPostgres | undefined;
  private door: Server | undefined;
  private doorPort = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly dataDir: string) {}

  static async start(): Promise<AbsentPostgres> {
    const dataDir = await temporaryDataDir();
    tellSweeper('server', dataDir);
    const postgres = new AbsentPostgres(dataDir);
    await postgres.comeBack();
    return postgres;
  }

  /** The server itself, while it is there. */
  get connection(): ConnectionSettings {
    if (this.server === undefined) throw new Error('PostgreSQL is away');
    return this.server.connection;
  }

  /** Through the door, as DATABASE_URL takes it. */
  get url(): string {
    const { user, password, database } = this.connection;
    return `postgres://${user}:${encodeURIComponent(password)}@${HOST}:${this.doorPort}/${database}`;
  }

  /** Stops the server for real, and resolves when it is gone. */
  async goAway(): Promise<void> {
    const closed = this.door && once(this.door, 'close');
    this.door?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
    await this.server?.stop();
    this.door = undefined;
    this.server = undefined;
  }

  async comeBack(): Promise<void> {
    this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, log: () => undefined });
    const { port } = this.server.connection;
    this.door = createServer((outside) => this.lead(outside, connect(port, HOST)));
    this.door.listen(this.doorPort, HOST);
    await once(this.door, 'listening');
    this.doorPort = (this.door.address() as AddressInfo).port;
  }

  async remove(): Promise<void> {
    await this.goAway();
    await removeDataDir(this.dataDir);
  }

  private lead(outside: Socket, inside: Socket): void {
    const ends = [
      [outside, inside],
      [inside, outside],
    ] as const;
    for (const [from, to] of ends) {
      from.setNoDelay();
      from.pipe(to);
      from.on('error', () => undefined);
      this.sockets.add(from);
      from.once('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
