import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

/**
 * Has each request of a server looked at before the one listener that the server has gets it, unless `answer` says that
 * it has been answered. With a second listener Node would copy the list of both for each request.
 */
export function beforeRequests(
  server: Server,
  answer: (request: IncomingMessage, response: ServerResponse) => boolean,
): void {
  const [listener] = server.listeners('request') as [RequestListener];
  server.off('request', listener);
  server.on('request', (request, response) => {
    if (!answer(request, response)) listener(request, response);
  });
}
