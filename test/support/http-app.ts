import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { register } from 'prom-client';
import { AppModule, type House } from '../../src/app.module.js';
import type { Database } from '../../src/platform/database/database.js';
import { Failures } from '../../src/platform/failures/failures.js';
import { rememberMethods } from '../../src/platform/http/allowed-methods.js';
import { refuseEmptyParameters } from '../../src/platform/http/empty-parameters.js';
import { createHttpAdapter } from '../../src/platform/http/http-adapter.js';
import { ProblemFilter } from '../../src/platform/http/problem.filter.js';
import { rememberProblemMembers } from '../../src/platform/http/problem-members.js';
import { takeBodiesAsBytes } from '../../src/platform/http/request-bodies.js';
import { NestLogger } from '../../src/platform/logging/logger.js';

/** The house's HTTP part on a database of the test, to be asked by `inject`: nothing listens, consumes or relays. */
export async function openHttpApp(house: House, database: Database): Promise<NestFastifyApplication> {
  const log = pino({ level: 'silent' });
  register.clear();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.register(house, log, database),
    createHttpAdapter(log),
    { logger: new NestLogger(log), bodyParser: false, abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter(log, app.get(Failures)));
  const fastify = app.getHttpAdapter().getInstance();
  takeBodiesAsBytes(fastify);
  rememberMethods(fastify);
  rememberProblemMembers(fastify);
  refuseEmptyParameters(fastify);
  await app.init();
  await fastify.ready();
  return app;
}
