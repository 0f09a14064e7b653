import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs';
import { setTimeout as pause } from 'node:timers/promises';

const BETWEEN_TRIES_MS = 50;

/** A producer that sends until it is acknowledged: what is sent twice on the way stands in the topic twice. */
export class KafkaSender {
  private producer: Producer | undefined;
  private closed = false;

  constructor(private readonly kafka: Kafka) {}

  async send(topic: string, messages: Message[]): Promise<void> {
    while (messages.length > 0 && !this.closed) {
      try {
        this.producer ??= await this.connect();
        await this.producer.send({ topic, acks: -1, messages });
        return;
      } catch {
        const producer = this.producer;
        this.producer = undefined;
        await producer?.disconnect().catch(() => undefined);
        await pause(BETWEEN_TRIES_MS);
      }
    }
  }

  /** Nothing is sent again from now on. */
  close(): void {
    this.closed = true;
  }

  async disconnect(): Promise<void> {
    await this.producer?.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 3 },
    });
    await producer.connect();
    return producer;
  }
}
