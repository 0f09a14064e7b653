import { TcpProxy } from '../../support/tcp-proxy.js';
import { Replica } from '../replica.js';

export interface EntriesReplicaOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Ports that its wires end at. */
  readonly postgresPort: number;
  readonly redisPort: number;
}

/** A replica of the program for entries alone, with wires of its own to PostgreSQL and to Redis. */
export class EntriesReplica {
  private constructor(
    readonly name: string,
    readonly program: Replica,
    readonly toPostgres: TcpProxy,
    readonly toRedis: TcpProxy,
  ) {}

  static async of({ name, env, postgresPort, redisPort }: EntriesReplicaOptions): Promise<EntriesReplica> {
    const toPostgres = await TcpProxy.open(postgresPort);
    const toRedis = await TcpProxy.open(redisPort);
    const program = await Replica.of(name, {
      ...env,
      DB_PORT: String(toPostgres.port),
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
    });
    return new EntriesReplica(name, program, toPostgres, toRedis);
  }

  get url(): string {
    return this.program.url;
  }

  async close(): Promise<void> {
    await this.program.kill();
    await this.toPostgres.close();
    await this.toRedis.close();
  }
}
