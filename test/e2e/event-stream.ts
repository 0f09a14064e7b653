import { eventually } from '../support/eventually.js';

export interface StreamEvent {
  event: string;
  id: string;
  data: Record<string, unknown>;
}

export interface EventStream {
  headers: Headers;
  events: StreamEvent[];
  /** Resolves when the server ends the stream. */
  ended: Promise<void>;
  /** Waits for the event of a version of an order, `order_uid:version`, or another one with this id. */
  eventWith(id: string): Promise<StreamEvent>;
  hangUp(): void;
}

/** Reads `GET /api/events`, or another stream, as an EventSource does. */
export async function watch(
  url: string,
  path = '/api/events',
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const aborter = new AbortController();
  const answer = await fetch(url + path, { headers, signal: aborter.signal });
  const events: StreamEvent[] = [];
  const ended = (async () => {
    let text = '';
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + piece).split('\n\n');
      text = blocks.pop()!;
      events.push(...blocks.flatMap(parse));
    }
  })();
  ended.catch(() => undefined);
  return {
    headers: answer.headers,
    events,
    ended,
    hangUp: () => aborter.abort(),
    eventWith: (id) =>
      eventually(() => {
        const found = events.find((event) => event.id === id || versionIn(event) === id);
        if (!found) throw new Error(`no event ${id} among ${events.map(versionIn).join(', ')}`);
        return found;
      }),
  };
}

const versionIn = ({ data }: StreamEvent): string => `${String(data.order_uid)}:${String(data.version)}`;

function parse(block: string): StreamEvent[] {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (name !== undefined) fields[name] = (fields[name] ?? '') + value!;
  }
  const { event, id, data } = fields;
  if (event === undefined || id === undefined || data === undefined) return [];
  return [{ event, id, data: JSON.parse(data) as Record<string, unknown> }];
}
