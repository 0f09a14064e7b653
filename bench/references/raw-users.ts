/** Users from memory by Node's own HTTP server and nothing else: what the runtime can do at most. */
import { createServer } from 'node:http';
import { SECURITY_HEADERS_BY_NAME } from '../../src/platform/http/security-headers.js';
import { etagOf } from '../../src/promos/model/user-etag.js';
import { membersOf } from '../../src/promos/model/user-json.js';
import { benchUser, lookUpOf } from '../promos/bench-users.js';
import { optionsOf } from '../script.js';
import { announce } from './ready-orders.js';

const SECONDS_END = 'YYYY-MM-DDTHH:mm:ss'.length;

const { users: count } = optionsOf<{ readonly users: number }>();
const users = new Map(
  Array.from({ length: count }, (_, number) => {
    const user = benchUser(number);
    const head = `{"code":200,"message":"ok:redis",${membersOf(user)},"cache_hit":true,"metadata":{"timestamp":"`;
    return [lookUpOf(user.user_id).path, { head, etag: etagOf(user) }];
  }),
);

const server = createServer((request, response) => {
  const user = users.get(request.url!);
  if (user === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { head, etag } = user;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag, 'cache-control': 'no-cache' }).end();
    return;
  }
  const body = `${head}${new Date().toISOString().slice(0, SECONDS_END)}Z","version":"v1"}}`;
  response.writeHead(200, {
    etag,
    'cache-control': 'no-cache',
    'content-type': 'application/json; charset=utf-8',
    ...SECURITY_HEADERS_BY_NAME,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => announce(server));
