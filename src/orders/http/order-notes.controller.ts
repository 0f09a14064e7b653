import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  IdempotencyKeys,
  type KeyClaim,
  type RepeatableAnswer,
} from '../../platform/http/idempotency-keys.js';
import { requireJson } from '../../platform/http/json-body.js';
import { MayBeKeyed, ReadsJson } from '../../platform/http/json-request.decorator.js';
import { cursorOf, linkToNextPage, placeOf, takeLimit } from '../../platform/http/pages.js';
import { PagesUnderWay } from '../../platform/http/pages-under-way.js';
import {
  aWholeNumber,
  type Check,
  ParameterReader,
  type Parameters,
} from '../../platform/http/request-parameters.js';
import { Turns } from '../../platform/http/turns.js';
import { MAX_NOTES, type NoteReceipt } from '../model/order-note.js';
import { OrderNotes } from '../service/order-notes.js';
import { parseNoteRequest } from './note-request.js';
import { noSuchOrder, requireOrderUid } from './order-request.js';
import { ORDERS_PATH, repeatableProblem } from './receipt-answer.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const ORDER_UID = {
  name: 'order_uid',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$' },
} as const;
const NO_BODY = Buffer.alloc(0);
/** More than somebody reads at once; a note may have 2,000 characters. */
const MAX_LIMIT = 50;

const anId = aWholeNumber(1, MAX_NOTES);
const aCursor: Check<number> = (text) => anId(placeOf(text).join('/'));

/** What support notes of an order. */
@ApiTags('orders')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/orders')
export class OrderNotesController {
  /** Each is a transaction of its own, so whoever writes very many must not take the connections of all others. */
  private readonly turns = new Turns({ name: 'notes', atOnce: 3, maxWaiting: 200, maxWaitMs: 5_000 });

  constructor(
    private readonly notes: OrderNotes,
    private readonly idempotencyKeys: IdempotencyKeys,
    private readonly pages: PagesUnderWay,
  ) {}

  @Get(':order_uid/notes')
  @ApiOperation({
    summary: 'What support has noted of an order, newest first; the Link header leads to the next page',
  })
  @ApiParam(ORDER_UID)
  @ApiQuery({
    name: 'limit',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: MAX_LIMIT, default: MAX_LIMIT },
  })
  @ApiQuery({ name: 'cursor', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 200, description: 'The page' })
  @ApiResponse({ status: 400, description: 'A parameter is not valid', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM })
  @ApiResponse({ status: 503, description: 'Too many pages are under way', schema: PROBLEM })
  async list(
    @Param('order_uid') orderUid: string,
    @Query() parameters: Parameters,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    const reader = new ParameterReader(parameters);
    const limit = takeLimit(reader, MAX_LIMIT);
    const below = reader.take('cursor', aCursor, 'a cursor from the Link header of a page');
    reader.refuseOthers('is not a parameter of this list');
    reader.throwFaults('the query');
    const page = await this.pages.make(request, () =>
      this.notes.page(orderUid, below ?? MAX_NOTES + 1, limit),
    );
    if (page === undefined) throw noSuchOrder(orderUid);
    if (page.next !== undefined) {
      const path = `${ORDERS_PATH}/${orderUid}/notes`;
      reply.header('link', linkToNextPage(path, request.url, cursorOf(page.next)));
    }
    await reply.header('cache-control', 'no-store').send({ notes: page.notes });
  }

  @Post(':order_uid/notes')
  @HttpCode(201)
  @ReadsJson()
  @MayBeKeyed()
  @ApiOperation({ summary: 'Keeps a note of support; it stays when the order is replaced' })
  @ApiParam(ORDER_UID)
  @ApiBody({ schema: { $ref: '#/components/schemas/NoteRequest' } })
  @ApiResponse({ status: 201, description: 'Kept' })
  @ApiResponse({ status: 400, description: 'The body, or a header, is not valid', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such order', schema: PROBLEM })
  @ApiResponse({
    status: 409,
    description: `The order has ${MAX_NOTES} notes already; or a request with this Idempotency-Key is under way`,
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 503,
    description: 'Cannot be stored at the moment, or too many notes are under way',
    schema: PROBLEM,
  })
  async keep(
    @Param('order_uid') orderUid: string,
    @Body() body: Buffer = NO_BODY,
    @Headers('content-type') contentType: string | undefined,
    @Headers('idempotency-key') field: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireOrderUid(orderUid);
    requireJson(contentType);
    const note = { orderUid, ...parseNoteRequest(body) };
    const answerTo = (receipt: NoteReceipt): RepeatableAnswer => noteAnswer(receipt, orderUid);
    const store = async (claim?: KeyClaim): Promise<RepeatableAnswer> => {
      const keyed = claim && { claim, answerTo };
      return answerTo(await this.notes.keep({ ...note, keyed }));
    };
    const route = `POST ${orderUid}/notes`;
    const answer = await this.turns.take(() =>
      this.idempotencyKeys.onceIfKeyed({ field, route, body }, store),
    );
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }
}

/** The one answer to a note. The same receipt gives the same answer. */
function noteAnswer({ outcome, note }: NoteReceipt, orderUid: string): RepeatableAnswer {
  if (outcome === 'absent')
    return repeatableProblem({ status: 404, message: `there is no order ${orderUid}` });
  if (outcome === 'full') {
    return repeatableProblem({ status: 409, message: `the order has ${MAX_NOTES} notes, and gets no more` });
  }
  return {
    status: 201,
    headers: {
      location: `${ORDERS_PATH}/${orderUid}/notes`,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    },
    body: JSON.stringify(note),
  };
}
