import type { ServerResponse } from 'node:http';

/**
 * Calls `over` once a response has been sent, or its connection is gone. A response queued behind another on its
 * connection gets no `close` event of its own when the connection ends.
 */
export function onAnswerEnd(response: ServerResponse, over: () => void): void {
  const { socket } = response.req;
  const isOver = (): void => {
    response.off('close', isOver);
    socket.off('close', isOver);
    over();
  };
  response.once('close', isOver);
  socket.once('close', isOver);
  if (socket.destroyed) isOver();
}
