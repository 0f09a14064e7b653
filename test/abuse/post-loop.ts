import { Agent, request } from 'node:http';

interface Post {
  /** JSON, if there is one. */
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Posts JSON on a connection of its own, whatever becomes of it. */
export function postAnyway(url: string, post: Post, signal: AbortSignal): Promise<void> {
  return send(url, post, signal, false);
}

/** Posts JSON from several senders, each as soon as it has its answer, whatever that is. */
export async function postLoop(
  url: string,
  senders: number,
  signal: AbortSignal,
  next: () => Post,
): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const sendOn = async (): Promise<void> => {
    while (!signal.aborted) await send(url, next(), signal, agent);
  };
  await Promise.all(Array.from({ length: senders }, sendOn));
  agent.destroy();
}

function send(
  url: string,
  { body, headers }: Post,
  signal: AbortSignal,
  agent: Agent | false,
): Promise<void> {
  return new Promise((done) => {
    const ofBody =
      body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(url, { method: 'POST', headers: { ...headers, ...ofBody }, agent, signal }, (answer) =>
      answer.resume().once('close', done),
    )
      .once('error', () => done())
      .end(body);
  });
}
