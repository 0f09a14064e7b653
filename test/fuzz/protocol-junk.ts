import fc from 'fast-check';
import { connect } from 'node:net';

const PIECES = [
  'GET / HTTP/1.1\r\n',
  'GET /api/orders HTTP/1.1\r\n',
  'POST /api/orders HTTP/1.1\r\n',
  'PUT /api/orders/x HTTP/1.1\r\n',
  'GET http://localhost/ HTTP/1.1\r\n',
  'CONNECT x:1 HTTP/1.1\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET / HTTP/9.9\r\n',
  'GET /\r\n',
  'Host: localhost\r\n',
  'Host: 127.0.0.1\r\n',
  'Host: y\r\n',
  'Content-Length: 2\r\n',
  'Content-Length: -1\r\n',
  'Content-Length: 99999999999999999999\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: gzip, chunked\r\n',
  'Transfer-Encoding: x\r\n',
  'Connection: upgrade\r\nUpgrade: websocket\r\n',
  'Expect: 100-continue\r\n',
  'Expect: x\r\n',
  'Content-Type: application/json\r\n',
  ' folded\r\n',
  'x\r\n',
  '\r\n',
  '\n',
  '{}',
  '2\r\n{}\r\n',
  '0\r\n\r\n',
  'ffffffffffffffff\r\n',
];

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  },
);

/** What is written to a bare socket, and whether the other end is told that there is no more. */
export const arbitraryJunk = fc.record({
  pieces: fc.array(piece, { minLength: 1, maxLength: 10 }),
  endsItsHalf: fc.boolean(),
});

const LISTEN_MS = 150;

/** All that comes back until the server closes, or is quiet for a while. */
export function sendJunk(
  url: string,
  { pieces, endsItsHalf }: { pieces: readonly string[]; endsItsHalf: boolean },
): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      for (const one of pieces) socket.write(one, 'latin1');
      if (endsItsHalf) socket.end();
    });
    socket.setEncoding('latin1').setTimeout(LISTEN_MS, () => socket.destroy());
    socket.on('data', (text: string) => (received += text));
    // The server may reset what it does not want to read to its end.
    socket.once('error', () => undefined);
    socket.once('close', () => resolve(received));
  });
}

/** The status of each answer in what came back. */
export function statusesIn(received: string): number[] {
  return [...received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status));
}
