import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Answer, RequestHead } from '../../platform/http/answer.js';
import { DirectAnswers, type DirectRoute } from '../../platform/http/direct-answers.js';
import { OrderLookup } from '../service/order-lookup.js';
import { orderAnswer } from './order-answer.js';
import { ORDERS_PATH } from './receipt-answer.js';

/** Answers look-ups from memory, also those of orders that are known not to be there. */
@Injectable()
export class HotOrders implements DirectRoute, OnModuleInit {
  readonly pattern = `${ORDERS_PATH}/:order_uid`;

  constructor(
    private readonly directAnswers: DirectAnswers,
    private readonly lookup: OrderLookup,
  ) {}

  onModuleInit(): void {
    this.directAnswers.add(this);
  }

  /** Memory knows plain ids only, so whatever else stands in the URL is left to the controller. */
  answer(orderUid: string, request: RequestHead): Answer | undefined {
    const entry = this.lookup.peek(orderUid);
    if (entry === undefined) return undefined;
    return orderAnswer({ orderUid, entry: entry ?? undefined, cached: true }, request);
  }
}
