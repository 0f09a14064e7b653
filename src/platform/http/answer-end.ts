import type { ServerResponse } from 'node:http';

/**
 * Calls `over` once an answer has been sent or can no longer be. One that is queued on its connection behind another
 * gets no `close` of its own when the connection ends.
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
