import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';
import type { Target } from './abuse.js';

/** Gives the abuser a producer until it is done. What cannot be sent is of no interest. */
export async function withProducer(
  { kafka }: Target,
  work: (send: Producer['send'], topic: string) => Promise<void>,
): Promise<void> {
  if (kafka === undefined) throw new Error('there is no Kafka behind the program');
  const client = new Kafka({ brokers: kafka.brokers.split(','), logLevel: logLevel.NOTHING });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    await work((record) => producer.send(record).catch(() => []), kafka.topic);
  } finally {
    await producer.disconnect();
  }
}
