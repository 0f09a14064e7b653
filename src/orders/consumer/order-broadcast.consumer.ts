import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import type { CacheRenewal } from '../../platform/cache/tiered-cache.js';
import { lastValueOf } from '../../platform/messaging/event-headers.js';
import type { EventHeaders } from '../../platform/messaging/event-headers.js';
import type { ReceivedEvent } from '../../platform/messaging/received-event.js';
import { Subscribe } from '../../platform/messaging/subscription.js';
import { eachInTurns } from '../../platform/event-loop-turns.js';
import { isOfVersion } from '../model/order-etag.js';
import { CONTENT_VERSION_HEADER, ETAG_HEADER } from '../model/status-event-headers.js';
import { OrderBroadcast } from '../service/order-broadcast.js';

/** Receives every status event of the topic `order-status` in every process that serves the API. */
@Controller()
export class OrderBroadcastConsumer {
  constructor(private readonly broadcast: OrderBroadcast) {}

  @Subscribe({ context: 'orders', topic: 'order-status', mode: 'broadcast' })
  async receive(@Payload() events: readonly ReceivedEvent[]): Promise<void> {
    if (events.length === 0) this.broadcast.resume();
    await eachInTurns('background', events, ({ headers, value }) => {
      const id = parseEventId(lastValueOf(headers, 'ce_id')?.toString());
      if (id === undefined || value === null) return;
      const isNew = id.version === FIRST_VERSION && isOfNow(headers);
      this.broadcast.announce({ ...id, isNew, value }, () => renewalOf(headers, id.version));
    });
  }
}

const FIRST_VERSION = 1;
/** An event that is told again, such as by `waybill orders announce`, has the time that it had. */
const NEW_FOR_MS = 300_000;

function isOfNow(headers: EventHeaders): boolean {
  const ms = Date.parse(lastValueOf(headers, 'ce_time')?.toString() ?? '');
  return Date.now() - ms < NEW_FOR_MS;
}

/**
 * The `ce_id` of a status event, `<order_uid>:<version>`: the caches need no more, so the value is not decoded.
 * Others may publish to the topic too; their messages have no such id and are ignored.
 */
function parseEventId(id = ''): { orderUid: string; version: number } | undefined {
  const [, orderUid, version] = /^([A-Za-z0-9_-]+):(\d{1,10})$/.exec(id) ?? [];
  return orderUid === undefined ? undefined : { orderUid, version: Number(version) };
}

/** What the answers that are held are renewed by; undefined for an event of the code of before, which has no such headers. */
function renewalOf(headers: EventHeaders, version: number): CacheRenewal | undefined {
  const etag = lastValueOf(headers, ETAG_HEADER)?.toString() ?? '';
  const since = lastValueOf(headers, CONTENT_VERSION_HEADER)?.toString() ?? '';
  const isKnown = isOfVersion(etag, version) && /^[1-9]\d{0,9}$/.test(since);
  return isKnown ? { etag, bodySince: Number(since) } : undefined;
}
