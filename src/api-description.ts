import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { House } from './app.module.js';
import { describeAnswers } from './platform/http/described-answers.js';
import { PLATFORM_API } from './platform/platform-api.js';

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

/**
 * The API's description (OpenAPI): what the controllers say of themselves, and what the contexts and the platform tell
 * besides.
 */
export function apiDocument(
  app: NestFastifyApplication,
  { contexts, settings }: Pick<House, 'contexts' | 'settings'>,
): OpenAPIObject {
  const header = new DocumentBuilder()
    .setTitle('Waybill')
    .setDescription('Orders in, orders out. Errors are application/problem+json (RFC 9457).')
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .setOpenAPIVersion('3.1.0')
    .build();
  const document = SwaggerModule.createDocument(app, header);
  const all = [...contexts.flatMap((context) => context.api?.(settings) ?? []), ...PLATFORM_API];
  describeAnswers(document.paths, all);
  const schemas = {
    ...document.components?.schemas,
    ...(Object.assign({}, ...all.map((facts) => facts.schemas)) as Schemas),
    Problem: PROBLEM_SCHEMA,
  };
  // Nobody is asked who they are.
  const security: OpenAPIObject['security'] = [];
  return { ...document, security, components: { ...document.components, schemas } };
}

/** `/swagger` for people, `/swagger/json` for programs. */
export function describeApi(app: NestFastifyApplication, house: House): void {
  SwaggerModule.setup('swagger', app, () => apiDocument(app, house), {
    jsonDocumentUrl: 'swagger/json',
    yamlDocumentUrl: 'swagger/yaml',
    customSiteTitle: 'Waybill API',
  });
}
