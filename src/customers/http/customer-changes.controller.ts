import { Body, Controller, Delete, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, sendAnswer } from '../../platform/http/answer.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { ReadsJson } from '../../platform/http/json-request.decorator.js';
import { CustomersSettings } from '../customers.settings.js';
import { customerOf, decodeNewCustomer } from '../model/customer-request.js';
import { CustomerWrites, type DeleteOutcome } from '../service/customer-writes.js';
import { CustomerAnswers } from './customer-answers.js';
import { createAnswer, NOT_STORED } from './customer-change-answer.js';
import { customersPath } from './customers-path.js';

const CUSTOMER = schemaRef('Customer');
const PROBLEM = schemaRef('Problem');
const AWAY = 'Kafka or the registry cannot be reached, or not all customers are known yet';

/** Changes to customers, where CUSTOMERS_WRITES is on. */
@ApiTags('customers')
@ApiProduces('application/json', 'application/problem+json')
@Controller('users')
export class CustomerChangesController {
  private readonly path: string;

  constructor(
    private readonly writes: CustomerWrites,
    private readonly answers: CustomerAnswers,
    settings: CustomersSettings,
  ) {
    this.path = customersPath(settings);
  }

  @Post()
  @ReadsJson()
  @ApiOperation({
    summary: 'Publishes a new customer; the answer comes once this replica has read it from the topic',
  })
  @ApiBody({ schema: schemaRef('NewCustomer') })
  @ApiResponse({ status: 201, description: 'It is there; with its ETag', schema: CUSTOMER })
  @ApiResponse({
    status: 202,
    description: 'It is on the topic, and this replica has not read it yet',
    schema: CUSTOMER,
  })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM })
  @ApiResponse({ status: 409, description: 'There is a customer with this account id', schema: PROBLEM })
  @ApiResponse({ status: 503, description: AWAY, schema: PROBLEM })
  async create(
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    requireJson(contentType);
    const verdict = decodeNewCustomer(body ?? null);
    if (!verdict.valid) throw invalidRequest('the customer', verdict.faults);
    const customer = customerOf(verdict.model, Date.now());
    const outcome = await this.writes.create(customer);
    await sendAnswer(reply, createAnswer(outcome, customer, this.path, request.url));
  }

  @Delete(':account_id')
  @ApiOperation({
    summary: 'Removes a customer from the topic; the answer comes once this replica has read that there',
  })
  @ApiParam({ name: 'account_id', schema: { type: 'string' } })
  @ApiResponse({ status: 202, description: 'It is on the topic, and this replica has not read it yet' })
  @ApiResponse({ status: 204, description: 'The customer is gone' })
  @ApiResponse({ status: 400, description: 'The path is no UTF-8 with percent-encoding', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such customer', schema: PROBLEM })
  @ApiResponse({ status: 503, description: AWAY, schema: PROBLEM })
  async remove(
    @Param('account_id') accountId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const outcome = await this.writes.remove(accountId);
    await sendAnswer(reply, this.removeAnswer(outcome, request.url));
  }

  private removeAnswer(outcome: DeleteOutcome, url: string): Answer {
    if (outcome === 'absent') return this.answers.absent(url);
    return { status: outcome === 'removed' ? 204 : 202, headers: NOT_STORED };
  }
}
