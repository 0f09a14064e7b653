import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import { ReadsJson } from '../json-request.decorator.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const header = (name: string, description: string): MethodDecorator =>
  ApiHeader({ name, required: false, description });

const refusal = (status: number, description: string): MethodDecorator =>
  ApiResponse({ status, description, schema: PROBLEM });

/**
 * A route whose body is read and signed, as it describes itself; `WebhookGate` looks at the signature.
 *
 * @param secretsSetting the setting that has the secrets
 */
export const SignedWebhook = (secretsSetting: string): MethodDecorator =>
  applyDecorators(
    ReadsJson(),
    header('webhook-id', 'Id of the message'),
    header('webhook-timestamp', 'When it was sent, in Unix seconds: at most five minutes ago'),
    header(
      'webhook-signature',
      `Signatures with one of ${secretsSetting}, such as \`v1,…\`; needed where there are secrets`,
    ),
    refusal(401, 'The signature is wrong or missing'),
    refusal(403, 'There are no secrets, and the request is not of this machine'),
    refusal(503, 'Cannot be stored at the moment; sending it again is safe'),
  );
