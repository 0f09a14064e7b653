import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiProduces, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failures } from '../../platform/failures/failures.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { type Answer, sendAnswer } from '../../platform/http/answer.js';
import { LOGGER, type Logger } from '../../platform/logging/logger.js';
import { USER_ID_SCHEMA } from '../model/user-id.js';
import { UserLookup } from '../service/user-lookup.js';
import { refusalAnswer, userAnswer } from './lookup-answer.js';
import { userIdOf } from './user-id-query.js';

const LOOKUP = schemaRef('UserLookup');

/** Where a promotion leads a user. Clients depend on the bytes of each answer. */
@ApiTags('promos')
@ApiProduces('application/json')
@Controller('v1/users')
export class UsersController {
  constructor(
    private readonly lookup: UserLookup,
    private readonly failures: Failures,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  @Get()
  @ApiOperation({ summary: 'What a promotion has for a user' })
  @ApiQuery({
    name: 'user_id',
    required: true,
    description: 'To the letter; of several the first counts',
    schema: USER_ID_SCHEMA,
  })
  @ApiHeader({ name: 'If-None-Match', required: false })
  @ApiResponse({ status: 200, description: 'The user, with its ETag', schema: LOOKUP })
  @ApiResponse({ status: 304, description: 'It is still what If-None-Match names' })
  @ApiResponse({ status: 400, description: 'No user can have this id', schema: LOOKUP })
  @ApiResponse({ status: 404, description: 'There is no such user', schema: LOOKUP })
  @ApiResponse({
    status: 500,
    description: 'No store could answer within PROMOS_REQUEST_TIMEOUT_MS',
    schema: LOOKUP,
  })
  async find(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendAnswer(reply, await this.answerTo(request));
  }

  private async answerTo(request: FastifyRequest): Promise<Answer> {
    const userId = userIdOf(request.url);
    if (userId === undefined) return refusalAnswer(400);
    try {
      const { user, isHit } = await this.lookup.find(userId);
      return user === undefined
        ? refusalAnswer(404)
        : userAnswer(user, isHit ? this.lookup.hotTier : 'postgres', request);
    } catch (error) {
      // A store that is away is told of by its own part.
      if (this.failures.kindOf(error) !== 'transient') this.log.error({ err: error }, 'a look-up failed');
      return refusalAnswer(500);
    }
  }
}
