import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ANSWER_SCHEMAS, describeAnswers } from './orders/http/api-answers.js';
import { EXAMPLE_ORDER } from './orders/http/example-order.js';
import { orderJsonSchema } from './orders/model/order.schema.js';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** RFC 9457, with the faults of a request under `errors`. */
const PROBLEM_SCHEMA: Schemas[string] = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'detail'],
        properties: {
          path: { type: 'string', example: 'payment.amount' },
          pointer: { type: 'string', example: '#/payment/amount' },
          detail: { type: 'string' },
        },
      },
    },
  },
};

/** The API's description (OpenAPI): what the controllers say of themselves, and the model's own schemas. */
export function apiDocument(app: NestFastifyApplication): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Waybill')
    .setDescription('Orders in, orders out. Errors are application/problem+json (RFC 9457).')
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .setOpenAPIVersion('3.1.0')
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  describeAnswers(document.paths, EXAMPLE_ORDER);
  const schemas = {
    ...document.components?.schemas,
    ...(orderJsonSchema() as unknown as Schemas),
    ...(ANSWER_SCHEMAS as Schemas),
    Problem: PROBLEM_SCHEMA,
  };
  // Nobody is asked who they are.
  const security: OpenAPIObject['security'] = [];
  return { ...document, security, components: { ...document.components, schemas } };
}

/** `/swagger` for people, `/swagger/json` for programs. */
export function describeApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('swagger', app, () => apiDocument(app), {
    jsonDocumentUrl: 'swagger/json',
    yamlDocumentUrl: 'swagger/yaml',
    customSiteTitle: 'Waybill API',
  });
}
