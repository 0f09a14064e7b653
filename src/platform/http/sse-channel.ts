import type { ServerResponse } from 'node:http';

/** What is to be written to a client of the channel. */
export type SseBatch = (client: ServerResponse) => Buffer;

/** Clients that get the same events, and what they have yet to be written. */
export class SseChannel {
  private readonly clients = new Set<ServerResponse>();
  private texts: string[] = [];
  /** Clients that came since the last batch, and how many events of the next one they do not get. */
  private readonly latecomers = new Map<ServerResponse, number>();

  get isWatched(): boolean {
    return this.clients.size > 0;
  }

  /** @param isUpToDate the client knows of the events that are not written yet */
  join(client: ServerResponse, isUpToDate: boolean): void {
    this.clients.add(client);
    if (isUpToDate && this.texts.length > 0) this.latecomers.set(client, this.texts.length);
  }

  leave(client: ServerResponse): void {
    this.clients.delete(client);
    this.latecomers.delete(client);
  }

  /** @returns how many characters there are to write more */
  add(text: string): number {
    if (!this.isWatched) return 0;
    this.texts.push(text);
    return text.length;
  }

  takeBatch(): SseBatch | undefined {
    const { texts } = this;
    if (texts.length === 0) return undefined;
    const bytes = Buffer.from(texts.join(''));
    const ofLatecomers = new Map<ServerResponse, Buffer>();
    for (const [client, known] of this.latecomers) {
      ofLatecomers.set(client, Buffer.from(texts.slice(known).join('')));
    }
    this.texts = [];
    this.latecomers.clear();
    return (client) => ofLatecomers.get(client) ?? bytes;
  }
}
