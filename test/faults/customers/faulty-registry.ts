import { SchemaStandIn } from '../../../bench/customers/schema-stand-in.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { FIRST_SCHEMA, laterSchema } from './record-value.js';

/** A registry with a wire between it and the programs. PLACEHOLDER: stand-in until the real one is here. */
export class FaultyRegistry {
  private later = 0;

  private constructor(
    private readonly standIn: SchemaStandIn,
    readonly wire: TcpProxy,
  ) {}

  static async start(): Promise<FaultyRegistry> {
    const standIn = await SchemaStandIn.start();
    return new FaultyRegistry(standIn, await TcpProxy.open(standIn.port));
  }

  /** As CUSTOMERS_SCHEMA_REGISTRY_URL takes it: over the wire. */
  get url(): string {
    return `http://127.0.0.1:${this.wire.port}`;
  }

  /** @returns its id */
  async firstSchema(_subject: string): Promise<number> {
    return this.standIn.add(FIRST_SCHEMA);
  }

  /** One more that is compatible with the first. @returns its id */
  async laterSchema(_subject: string): Promise<number> {
    return this.standIn.add(laterSchema(++this.later));
  }

  async end(): Promise<void> {
    await this.wire.close();
    await this.standIn.stop();
  }
}
