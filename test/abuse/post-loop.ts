interface Post {
  /** JSON, if there is one. */
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** Posts JSON, whatever the answer is. */
export async function postAnyway(url: string, { body, headers }: Post, signal: AbortSignal): Promise<void> {
  const all = new Headers(headers);
  if (body !== undefined) all.set('content-type', 'application/json');
  await fetch(url, { method: 'POST', headers: all, body: body ?? null, signal })
    .then((answer) => answer.arrayBuffer())
    .catch(() => undefined);
}

/** Posts JSON from several senders, each as soon as it has its answer, whatever that is. */
export async function postLoop(
  url: string,
  senders: number,
  signal: AbortSignal,
  next: () => Post,
): Promise<void> {
  const send = async (): Promise<void> => {
    while (!signal.aborted) await postAnyway(url, next(), signal);
  };
  await Promise.all(Array.from({ length: senders }, send));
}
