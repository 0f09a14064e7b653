export interface MessagesToGroup<Message, Metadata> {
  readonly topic: string;
  readonly partitionMetadata: readonly Metadata[];
  readonly messages: readonly Message[];
  readonly partitioner: (args: {
    topic: string;
    partitionMetadata: readonly Metadata[];
    message: Message;
  }) => number;
}

/** The messages of each partition, in their order. kafkajs copies a partition's list for each message that joins it. */
export function groupByPartition<Message, Metadata>({
  topic,
  partitionMetadata,
  messages,
  partitioner,
}: MessagesToGroup<Message, Metadata>): Record<number, Message[]> {
  const groups: Record<number, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    (groups[partition] ??= []).push(message);
  }
  return groups;
}
