import { invalidParameter } from '../../platform/http/invalid-request.js';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '../../platform/http/problem.js';
import { isUrlSafeId, URL_SAFE_ID, URL_SAFE_ID_SCHEMA } from '../../platform/validation/url-safe-id.js';
import { TrackingLookup } from '../service/tracking-lookup.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** The parcels of an order. */
@ApiTags('tracking')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/orders/:order_uid/shipments')
export class ShipmentsController {
  constructor(private readonly lookup: TrackingLookup) {}

  @Get()
  @ApiOperation({ summary: 'The parcels of an order, and what they come to' })
  @ApiParam({ name: 'order_uid', schema: URL_SAFE_ID_SCHEMA })
  @ApiResponse({ status: 200, description: 'Its parcels, in the order of its items' })
  @ApiResponse({ status: 400, description: 'No order can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'No such order is known here, or not yet', schema: PROBLEM })
  async find(@Param('order_uid') orderUid: string, @Res() reply: FastifyReply): Promise<void> {
    if (!isUrlSafeId(orderUid)) {
      const detail = `must be ${URL_SAFE_ID}`;
      throw invalidParameter('order_uid', detail);
    }
    const shipments = await this.lookup.shipmentsOf(orderUid);
    if (shipments === undefined) throw new ProblemError(404, `no parcels of an order ${orderUid} are known`);
    const { status, contentVersion, parcels } = shipments;
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(
      JSON.stringify({
        order_uid: orderUid,
        shipment_status: status,
        content_version: contentVersion,
        parcels,
      }),
    );
  }
}
