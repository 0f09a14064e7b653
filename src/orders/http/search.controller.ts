import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import { ProblemError } from '../../platform/http/problem.js';
import { ParameterReader, type Parameters } from '../../platform/http/request-parameters.js';
import { MAX_CHARACTERS, MIN_CHARACTERS, questionOf, type SearchQuestion } from '../model/search-question.js';
import { OrdersSettings } from '../orders.settings.js';
import { type Hit, MAX_HITS, OrderSearch } from '../service/order-search.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const EXPECTED = `a text of ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters, quotes and blanks around it not counted, with a letter or a digit`;

/** Whatever a caller on the phone has. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/search')
export class SearchController {
  constructor(
    private readonly search: OrderSearch,
    private readonly settings: OrdersSettings,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get()
  @ApiOperation({
    summary: `The ${MAX_HITS} orders that fit best what somebody knows of one: the beginning of its id, a track number of it or of its items, its customer or e-mail, a phone number or its end, or words of a name`,
  })
  @ApiQuery({
    name: 'q',
    description: 'In any case of letters and any spelling of numbers',
    schema: { type: 'string', minLength: MIN_CHARACTERS },
  })
  @ApiResponse({
    status: 200,
    description: 'What was found: what was typed as a whole first, then the newest',
  })
  @ApiResponse({ status: 400, description: 'q is not valid', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'The setting SEARCH is off', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too much is asked for at the moment', schema: PROBLEM })
  async find(
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (this.settings.SEARCH === 'off') {
      throw new ProblemError(404, 'orders are not searched here: the setting SEARCH is off');
    }
    const question = parseQuestion(parameters);
    const { hits, areMore } = await this.pages.make(request, () => this.search.find(question));
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(
      `{"query":${JSON.stringify(question.text)},"hits":[${hits.map(hitText).join(',')}],"more":${areMore}}`,
    );
  }
}

/** @throws ProblemError 400 naming every parameter that is unknown or does not hold what it should */
function parseQuestion(parameters: Parameters): SearchQuestion {
  const reader = new ParameterReader(parameters);
  const question = reader.take('q', questionOf, EXPECTED);
  if (parameters['q'] === undefined) reader.fault('q', `must be ${EXPECTED}`);
  reader.refuseOthers('is not a parameter of the search');
  reader.throwFaults('the query');
  return question!;
}

function hitText({ matched, value, summary }: Hit): string {
  return `{"matched":"${matched}","value":${JSON.stringify(value)},"order":${summary}}`;
}
