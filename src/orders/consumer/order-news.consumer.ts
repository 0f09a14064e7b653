import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { SubscriptionExtras } from '../../platform/messaging/batch-consumer.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { OrderNews } from '../service/order-news.js';

const NEWS: SubscriptionExtras = { broadcast: true };

/** Status events from the topic `order-status`, all of them, in every process that serves the API. */
@Controller()
export class OrderNewsConsumer {
  constructor(private readonly news: OrderNews) {}

  @EventPattern('order-status', undefined, NEWS)
  receive(@Payload() events: readonly ReceivedEvent[]): void {
    if (events.length === 0) this.news.resume();
    for (const event of events) {
      const text = event.value?.toString('utf8') ?? '';
      const news = parseNews(text);
      if (news !== undefined) this.news.announce({ orderUid: news.order_uid, version: news.version, text });
    }
  }
}

/** The topic is open to others; what is not ours is not for us. */
function parseNews(text: string): { order_uid: string; version: number } | undefined {
  try {
    const news = JSON.parse(text) as { order_uid?: unknown; version?: unknown } | null;
    const { order_uid, version } = news ?? {};
    return typeof order_uid === 'string' && typeof version === 'number' ? { order_uid, version } : undefined;
  } catch {
    return undefined;
  }
}
