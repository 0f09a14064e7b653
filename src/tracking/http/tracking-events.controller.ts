import { Body, Controller, Headers, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { ProblemError } from '../../platform/http/problem.js';
import { SignedWebhook } from '../../platform/http/webhooks/signed-webhook.decorator.js';
import { WebhookGate } from '../../platform/http/webhooks/webhook-gate.js';
import { faultAt } from '../../platform/validation/field-fault.js';
import { type DecodedEvents, decodeCarrierEvents, MAX_EVENTS } from '../model/carrier-event.codec.js';
import type { GroupOutcome } from '../service/carrier-event-intake.js';
import { CarrierEventSubmission } from '../service/carrier-event-submission.js';
import { TrackingMetrics } from '../service/tracking.metrics.js';

const EVENT = { $ref: '#/components/schemas/CarrierEvent' };
const PROBLEM = { $ref: '#/components/schemas/Problem' };
/** Faults that one answer names. */
const MAX_CONFLICTS = 100;

/** The webhook of carriers. */
@ApiTags('tracking')
@ApiProduces('application/json', 'application/problem+json')
@Controller('api/tracking/events')
export class TrackingEventsController {
  constructor(
    private readonly submission: CarrierEventSubmission,
    private readonly gate: WebhookGate,
    private readonly metrics: TrackingMetrics,
  ) {}

  @Post()
  @SignedWebhook('TRACKING_WEBHOOK_SECRETS')
  @ApiOperation({
    summary: `Takes an event of a carrier, or a list of up to ${MAX_EVENTS}, all or none; the answer comes once all are committed. One that is sent again changes nothing`,
  })
  @ApiBody({
    schema: { oneOf: [EVENT, { type: 'array', items: EVENT, minItems: 1, maxItems: MAX_EVENTS }] },
  })
  @ApiResponse({ status: 200, description: 'All were stored before' })
  @ApiResponse({ status: 201, description: 'All are stored' })
  @ApiResponse({
    status: 400,
    description: 'Not a valid event, or list of them; every fault is named, and none is stored',
    schema: PROBLEM,
  })
  @ApiResponse({
    status: 409,
    description: 'The ids of some events are those of others, with other content; none is stored',
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
    const verdict = decodeCarrierEvents(body ?? null);
    if (!verdict.valid) {
      this.metrics.countEvents('invalid', 1);
      throw invalidRequest('the carrier event', verdict.faults);
    }
    const outcome = await this.submission.submit(verdict.events, body!.length);
    if (outcome.conflicts.length > 0) throw conflictOf(verdict, outcome);
    const { stored } = outcome;
    reply.status(stored > 0 ? 201 : 200);
    reply.header('cache-control', 'no-store').header('content-type', 'application/json; charset=utf-8');
    await reply.send(JSON.stringify({ stored, known: verdict.events.length - stored }));
  }
}

function conflictOf({ isList }: DecodedEvents, { conflicts }: GroupOutcome): ProblemError {
  const errors = conflicts.slice(0, MAX_CONFLICTS).map((place) => {
    const element = isList ? { before: undefined, step: place } : undefined;
    return faultAt({ before: element, step: 'event_id' }, 'is that of an event with other content');
  });
  const detail = `${conflicts.length} of the events cannot be taken, since their event_id is that of an event with other content`;
  return new ProblemError(409, detail, { errors });
}
