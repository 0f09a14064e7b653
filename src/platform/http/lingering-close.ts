import type { IncomingMessage } from 'node:http';

const MAX_SILENCE_MS = 1_000;
const MAX_LINGER_MS = 10_000;
const MAX_DISCARDED_BYTES = 16 * 1_048_576;

/**
 * To be called when a body is given up, before its request is answered by an answer that closes the connection. Who
 * closes while bytes still come resets the connection: the client's sending fails, and the answer may be lost. So only our
 * side is closed behind the answer, and what still comes is dropped, within bounds, until the body or the client is done
 * (RFC 9112, section 9.6).
 */
export function lingerBehind(request: IncomingMessage): void {
  const { socket } = request;
  const close = socket.destroySoon.bind(socket);
  let leftBytes = MAX_DISCARDED_BYTES;
  request.on('data', (chunk: Buffer) => {
    leftBytes -= chunk.length;
    if (leftBytes < 0) socket.destroy();
  });
  // Node calls it once the last answer of a connection is written.
  socket.destroySoon = () => {
    if (request.complete) return close();
    socket.end();
    request.once('end', close);
    socket.setTimeout(MAX_SILENCE_MS, () => socket.destroy());
    const limit = setTimeout(() => socket.destroy(), MAX_LINGER_MS);
    socket.once('close', () => clearTimeout(limit));
  };
}
