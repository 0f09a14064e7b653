import { invalidParameter } from '../../platform/http/invalid-request.js';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../../platform/http/answer.js';
import { isSensorId, SENSOR_ID } from '../model/sensor-id.js';
import { ReadingLookup } from '../service/reading-lookup.js';
import { recentAnswer } from './recent-answer.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** The latest reading of a sensor. */
@ApiTags('sensors')
@ApiProduces('application/json', 'application/problem+json')
@Controller('recent')
export class RecentController {
  constructor(private readonly lookup: ReadingLookup) {}

  @Get(':sensor_id')
  @ApiOperation({ summary: 'The latest value of a sensor, as a bare number' })
  @ApiParam({ name: 'sensor_id', schema: { type: 'string', minLength: 1, maxLength: 255 } })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiResponse({
    status: 200,
    description: 'The value, with its ETag',
    schema: { type: 'number', format: 'double' },
  })
  @ApiResponse({ status: 304, description: 'It is still what If-None-Match names' })
  @ApiResponse({ status: 400, description: 'No sensor can have this id', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'Nobody has heard of the sensor', schema: PROBLEM })
  async find(
    @Param('sensor_id') sensorId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (!isSensorId(sensorId)) {
      const detail = `must be ${SENSOR_ID}`;
      throw invalidParameter('sensor_id', detail);
    }
    await sendAnswer(reply, recentAnswer(sensorId, await this.lookup.latestOf(sensorId), request));
  }
}
