/** The latest readings from memory by Node's own HTTP server and nothing else: what the runtime can do at most. */
import { createServer } from 'node:http';
import { SECURITY_HEADERS_BY_NAME } from '../../src/platform/http/security-headers.js';
import { optionsOf } from '../script.js';
import { firstReadings } from '../sensors/reading-events.js';
import { announce } from './ready-orders.js';

const PATH = '/recent/';

const { sensors } = optionsOf<{ readonly sensors: number }>();
const latest = new Map(firstReadings(sensors).map((reading) => [reading.sensor_id, reading]));

const server = createServer((request, response) => {
  const reading = latest.get(request.url!.slice(PATH.length));
  if (reading === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { timestamp, id, value } = reading;
  const etag = `"${timestamp}-${id}"`;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag, 'cache-control': 'no-cache', 'x-reading-timestamp': timestamp });
    response.end();
    return;
  }
  const body = JSON.stringify(value);
  response.writeHead(200, {
    etag,
    'cache-control': 'no-cache',
    'content-type': 'application/json; charset=utf-8',
    ...SECURITY_HEADERS_BY_NAME,
    'x-reading-timestamp': timestamp,
    'content-length': body.length,
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => announce(server));
