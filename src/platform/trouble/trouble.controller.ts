import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CountsUnderWay } from '../http/counts-under-way.js';
import { type Parameters, refuseParameters } from '../http/request-parameters.js';
import { type Trouble, TroubleCounts } from './trouble-counts.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Whether anything waits for somebody, in one cheap answer. */
@ApiTags('operations')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/counts')
export class TroubleController {
  constructor(
    private readonly trouble: TroubleCounts,
    private readonly counts: CountsUnderWay,
  ) {}

  @Get('trouble')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How much of what went wrong waits for somebody, by kind, and which parts of this process are not ready. May be five seconds old',
  })
  @ApiResponse({ status: 200, description: 'The counts' })
  @ApiResponse({ status: 400, description: 'It has no parameters', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many counts are under way', schema: PROBLEM })
  all(@Query() parameters: Parameters): Promise<Trouble> {
    refuseParameters(parameters, 'is no parameter of these counts');
    return this.counts.shared('trouble', () => this.trouble.all());
  }
}
