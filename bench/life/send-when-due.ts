import type { Message, Producer } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';

export interface DueEvent {
  /** After the start. */
  readonly dueAtMs: number;
  readonly topic: string;
  readonly message: Message;
}

export interface Sent {
  /** Both are milliseconds since the Unix epoch. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly latestMs: number;
}

const STEP_MS = 20;
const MOST_AT_ONCE = 2_000;

/**
 * Sends events in the order of their times, what has become due of them at once each 20 ms; unpaced, without a look at their
 * times.
 */
export async function sendWhenDue(
  producer: Producer,
  events: readonly DueEvent[],
  isPaced: boolean,
): Promise<Sent> {
  const acknowledged: Promise<unknown>[] = [];
  const startedAtMs = Date.now();
  let latestMs = 0;
  for (let from = 0; from < events.length;) {
    const nowMs = Date.now() - startedAtMs;
    let to = from;
    while (to < events.length && to - from < MOST_AT_ONCE && (!isPaced || events[to]!.dueAtMs <= nowMs)) to++;
    if (to > from) {
      const sending = send(producer, events.slice(from, to));
      if (isPaced) {
        latestMs = Math.max(latestMs, nowMs - events[from]!.dueAtMs);
        acknowledged.push(sending);
      } else await sending;
      from = to;
    }
    if (isPaced) await pause(STEP_MS);
  }
  await Promise.all(acknowledged);
  return { startedAtMs, endedAtMs: Date.now(), latestMs };
}

function send(producer: Producer, events: readonly DueEvent[]): Promise<unknown> {
  const messages = new Map<string, Message[]>();
  for (const { topic, message } of events) {
    const ofTopic = messages.get(topic);
    if (ofTopic === undefined) messages.set(topic, [message]);
    else ofTopic.push(message);
  }
  const topicMessages = Array.from(messages, ([topic, ofTopic]) => ({ topic, messages: ofTopic }));
  return producer.sendBatch({ acks: -1, topicMessages });
}
