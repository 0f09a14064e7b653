import { Body, Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { ProblemError } from '../../platform/http/problem.js';
import { SignedWebhook } from '../../platform/http/webhooks/signed-webhook.decorator.js';
import { WebhookGate } from '../../platform/http/webhooks/webhook-gate.js';
import { decodePaymentEvent } from '../model/payment-event.codec.js';
import { PaymentSubmission } from '../service/payment-submission.js';
import { PaymentsMetrics } from '../service/payments.metrics.js';

const PAYMENT_EVENT = { $ref: '#/components/schemas/PaymentEvent' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** The webhook of payment providers. */
@ApiTags('payments')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/payments')
export class PaymentEventsController {
  constructor(
    private readonly gate: WebhookGate,
    private readonly submission: PaymentSubmission,
    private readonly metrics: PaymentsMetrics,
  ) {}

  @Post('events')
  @SignedWebhook('PAYMENTS_WEBHOOK_SECRETS')
  @ApiOperation({
    summary:
      'Adds a payment event to the ledger, signed as Standard Webhooks says; the answer comes once it is committed',
  })
  @ApiBody({ schema: PAYMENT_EVENT })
  @ApiResponse({ status: 200, description: 'It was in the ledger already' })
  @ApiResponse({ status: 201, description: 'It is in the ledger' })
  @ApiResponse({
    status: 400,
    description: 'Not a valid payment event; every fault is named',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 409,
    description: 'Another payment event, with other content, has this event_id',
    schema: PROBLEM,
  })
  async submit(
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    this.gate.require(request.raw, body);
    requireJson(contentType);
    const verdict = decodePaymentEvent(body ?? null, 'refuse');
    if (!verdict.valid) {
      this.metrics.count('http', ['invalid']);
      throw invalidRequest('the payment event', verdict.faults);
    }
    const { event_id, order_uid } = verdict.model;
    const outcome = await this.submission.submit(verdict.model, body!.length);
    if (outcome === 'conflicting') {
      const detail = 'is that of another payment event, with other content';
      throw new ProblemError(409, `event_id ${detail}`, { errors: [{ path: 'event_id', detail }] });
    }
    reply.status(outcome === 'recorded' ? 201 : 200).header('cache-control', 'no-store');
    reply.header('content-type', 'application/json; charset=utf-8');
    await reply.send(JSON.stringify({ event_id, order_uid, outcome }));
  }
}
