import { Controller, Get, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '../../../src/platform/http/problem.js';
import { WeightCache } from './weight-cache.js';

@Controller('api/weights')
export class WeightsController {
  constructor(private readonly weights: WeightCache) {}

  @Get(':order_uid')
  async find(@Param('order_uid') orderUid: string, @Res() reply: FastifyReply): Promise<void> {
    const entry = await this.weights.read(orderUid);
    if (entry === undefined) throw new ProblemError(404, `there is no weight of ${orderUid}`);
    await reply.header('etag', entry.etag).header('content-type', 'application/json').send(entry.body);
  }
}
