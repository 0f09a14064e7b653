import type { OutboxMessage } from './outgoing-message.js';

/** Groups messages by topic; their order within each topic is kept. */
export function messagesByTopic(messages: readonly OutboxMessage[]): Map<string, OutboxMessage[]> {
  const topics = new Map<string, OutboxMessage[]>();
  for (const message of messages) {
    const ofTopic = topics.get(message.topic);
    if (ofTopic === undefined) topics.set(message.topic, [message]);
    else ofTopic.push(message);
  }
  return topics;
}
