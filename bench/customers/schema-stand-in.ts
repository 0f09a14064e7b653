import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';

/** A server in place of a Schema Registry, which has the schemas that it is given: it answers `GET /schemas/ids/:id`. */
export class SchemaStandIn {
  private readonly schemas: string[] = [];

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      const id = /^\/schemas\/ids\/(\d+)(\?|$)/.exec(request.url!)?.[1];
      const schema = this.schemas[Number(id ?? NaN) - 1];
      const body = schema === undefined ? { error_code: 40403, message: 'Schema not found' } : { schema };
      response.writeHead(schema === undefined ? 404 : 200, { 'content-type': CONTENT_TYPE });
      response.end(JSON.stringify(body));
    });
  }

  static async start(): Promise<SchemaStandIn> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new SchemaStandIn(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** As CUSTOMERS_SCHEMA_REGISTRY_URL takes it. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** @returns the schema's id: 1, 2, 3… */
  add(schema: object): number {
    return this.schemas.push(JSON.stringify(schema));
  }

  stop(): Promise<void> {
    return new Promise((stopped) => {
      this.server.close(() => stopped());
      this.server.closeAllConnections();
    });
  }
}
