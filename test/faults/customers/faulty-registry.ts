import { TcpProxy } from '../../support/tcp-proxy.js';
import { FIRST_SCHEMA, laterSchema } from './record-value.js';

/** A schema registry with a wire between it and the programs, which the suite itself avoids. */
export class FaultyRegistry {
  private later = 0;

  private constructor(
    /** Past the wire. */
    private readonly itself: URL,
    readonly wire: TcpProxy,
  ) {}

  /** @param url of one that runs on the loopback */
  static async before(url: string): Promise<FaultyRegistry> {
    const itself = new URL(url);
    return new FaultyRegistry(itself, await TcpProxy.open(Number(itself.port)));
  }

  /** As CUSTOMERS_SCHEMA_REGISTRY_URL takes it: over the wire. */
  get url(): string {
    const url = new URL(this.itself);
    url.port = String(this.wire.port);
    return url.href;
  }

  /** @returns the id of the customers' schema under a subject */
  firstSchema(subject: string): Promise<number> {
    return this.register(subject, FIRST_SCHEMA);
  }

  /** One more that is compatible with the first. @returns its id */
  laterSchema(subject: string): Promise<number> {
    return this.register(subject, laterSchema(++this.later));
  }

  end(): Promise<void> {
    return this.wire.close();
  }

  private async register(subject: string, schema: object): Promise<number> {
    const answer = await fetch(`${this.itself.href}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema: JSON.stringify(schema) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${subject} was not registered: ${answer.status} ${text}`);
    return (JSON.parse(text) as { id: number }).id;
  }
}
