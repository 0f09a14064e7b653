import { applyDecorators, Body, Controller, Delete, Headers, Param, Put, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../../platform/http/answer.js';
import { schemaRef } from '../../platform/http/api-facts.js';
import { parseWeakIfMatch } from '../../platform/http/conditional.js';
import { invalidRequest } from '../../platform/http/invalid-request.js';
import { requireJson } from '../../platform/http/json-body.js';
import { ReadsJson } from '../../platform/http/json-request.decorator.js';
import { USER_ID_SCHEMA } from '../model/user-id.js';
import { decodeUserBody } from '../model/user-request.js';
import { UserEdits } from '../service/user-edits.js';
import { changeAnswer, requireUserId } from './user-change-answer.js';

const USER = schemaRef('User');
const PROBLEM = schemaRef('Problem');

/** What both ways to change a user share. */
const changesUser = (): MethodDecorator =>
  applyDecorators(
    ApiParam({ name: 'user_id', schema: USER_ID_SCHEMA }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag that the user was read with, a list of them, or * for any; compared weakly',
    }),
    ApiResponse({
      status: 412,
      description: 'The user has another ETag, which stands there, or is not there',
      schema: PROBLEM,
    }),
    ApiResponse({ status: 503, description: 'Cannot be stored at the moment', schema: PROBLEM }),
  );

/** What users have is set, and taken away. */
@ApiTags('promos')
@ApiProduces('application/json', 'application/problem+json')
@Controller('v1/users')
export class UserChangesController {
  constructor(private readonly edits: UserEdits) {}

  @Put(':user_id')
  @ReadsJson()
  @changesUser()
  @ApiOperation({ summary: 'Sets what a user has; what the body leaves out becomes empty' })
  @ApiBody({ schema: schemaRef('UserBody') })
  @ApiResponse({ status: 200, description: 'It is so now; with its ETag', schema: USER })
  @ApiResponse({ status: 201, description: 'It is there from now on; with its ETag', schema: USER })
  @ApiResponse({ status: 400, description: 'Not valid; every fault is named', schema: PROBLEM })
  async put(
    @Param('user_id') text: string,
    @Body() body: Buffer | undefined,
    @Headers('content-type') contentType: string | undefined,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const userId = requireUserId(text);
    requireJson(contentType);
    const condition = parseWeakIfMatch(ifMatch);
    const verdict = decodeUserBody(body ?? null);
    if (!verdict.valid) throw invalidRequest('the user', verdict.faults);
    const { deeplink = '', promo_message = '' } = verdict.model;
    const receipt = await this.edits.put({ user_id: userId, deeplink, promo_message }, condition);
    await sendAnswer(reply, changeAnswer(userId, receipt, request.url));
  }

  @Delete(':user_id')
  @changesUser()
  @ApiOperation({ summary: 'Removes a user' })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiResponse({ status: 400, description: 'No user can have this id, or If-Match is none', schema: PROBLEM })
  @ApiResponse({ status: 404, description: 'There is no such user', schema: PROBLEM })
  async remove(
    @Param('user_id') text: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const userId = requireUserId(text);
    const receipt = await this.edits.remove(userId, parseWeakIfMatch(ifMatch));
    await sendAnswer(reply, changeAnswer(userId, receipt, request.url));
  }
}
