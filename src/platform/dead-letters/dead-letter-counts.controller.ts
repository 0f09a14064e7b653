import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { BoundedCount } from '../database/bounded-count.js';
import { CountsUnderWay } from '../http/counts-under-way.js';
import type { Parameters } from '../http/request-parameters.js';
import { TroubleCounts } from '../trouble/trouble-counts.js';
import { DeadLetterReader } from './dead-letter-reader.js';
import { parseFilter } from './dead-letter-requests.js';
import { BOUNDED_COUNT, PROBLEM } from './dead-letter.schemas.js';
import { TakesFilter } from './filter-queries.decorator.js';

/** How many dead letters there are of a kind, as far as it is cheap to say. */
@ApiTags('dead letters')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/counts')
export class DeadLetterCountsController {
  constructor(
    private readonly letters: DeadLetterReader,
    private readonly counts: CountsUnderWay,
    trouble: TroubleCounts,
  ) {
    trouble.add('dead_letters', () => letters.countSome({ state: 'waiting' }));
  }

  @Get('dead-letters')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary:
      'How many dead letters match. Where it is not exact there are at least as many: counting stops at 10,000, or, with 0, after two seconds. May be five seconds old',
  })
  @TakesFilter()
  @ApiResponse({ status: 200, description: 'The count', schema: BOUNDED_COUNT })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many counts are under way', schema: PROBLEM })
  count(@Query() parameters: Parameters): Promise<BoundedCount> {
    const filter = parseFilter(parameters);
    return this.counts.shared(`dead letters ${JSON.stringify(filter)}`, () => this.letters.countSome(filter));
  }
}
