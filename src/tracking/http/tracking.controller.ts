import { invalidParameter } from '../../platform/http/invalid-request.js';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { linkToNextPage } from '../../platform/http/pages.js';
import { ProblemError } from '../../platform/http/problem.js';
import type { Parameters } from '../../platform/http/request-parameters.js';
import { isTrackNumber, TRACK_NUMBER } from '../model/track-number.js';
import { TrackingLookup } from '../service/tracking-lookup.js';
import { cursorAfter, DEFAULT_LIMIT, MAX_LIMIT, parseTimelineQuery } from './timeline-query.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** A parcel, by its track number. */
@ApiTags('tracking')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/tracking')
export class TrackingController {
  constructor(private readonly lookup: TrackingLookup) {}

  @Get(':track_number')
  @ApiOperation({
    summary:
      'Where a parcel is, and what has happened to it, oldest first; the Link header leads to the next page of its timeline',
  })
  @ApiParam({ name: 'track_number', schema: { type: 'string', minLength: 1, maxLength: 255 } })
  @ApiQuery({
    name: 'limit',
    required: false,
    description: 'Events of the timeline at most',
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The parcel, with a page of its timeline' })
  @ApiResponse({ status: 400, description: 'No parcel can have this track number', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'Neither an order nor a carrier has named it', schema: PROBLEM })
  async find(
    @Param('track_number') trackNumber: string,
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!isTrackNumber(trackNumber)) {
      const detail = `must be ${TRACK_NUMBER}`;
      throw invalidParameter('track_number', detail);
    }
    const { limit, after } = parseTimelineQuery(parameters);
    const found = await this.lookup.parcel(trackNumber, limit, after);
    if (found === undefined)
      throw new ProblemError(404, 'neither an order nor a carrier has named this parcel');
    const { parcel, orders, hasMoreOrders, page } = found;
    if (page.next !== undefined) {
      const path = `/api/tracking/${encodeURIComponent(trackNumber)}`;
      reply.header('link', linkToNextPage(path, request.url, cursorAfter(page.next)));
    }
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(
      JSON.stringify({ ...parcel, orders, has_more_orders: hasMoreOrders, events: page.events }),
    );
  }
}
