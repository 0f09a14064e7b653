import type { RequestListener } from 'node:http';
import { json } from '../../src/platform/avro/registry.fixture.js';

/** The answers of a registry with these schemas, by their ids; each subject has the first of them. */
export function answersOf(schemas: ReadonlyMap<number, string>): RequestListener {
  return (request, response) => {
    const id = Number(/^\/schemas\/ids\/(\d+)/.exec(request.url!)?.[1]);
    const schema = schemas.get(id);
    if (request.method === 'POST') json(200, { id: [...schemas.keys()][0] })(request, response);
    else if (schema === undefined) json(404, { error_code: 40403, message: 'absent' })(request, response);
    else json(200, { schema })(request, response);
  };
}
