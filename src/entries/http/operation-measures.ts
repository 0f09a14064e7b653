import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { errorCodeOf } from '../model/error-code.js';
import { EntriesMetrics } from '../service/entries.metrics.js';

/** Counts what the controllers answer, and what is answered before they are asked. */
@Injectable()
export class OperationMeasures implements OnModuleInit {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly metrics: EntriesMetrics,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onResponse', ({ routeOptions }, { statusCode, elapsedTime }, done) => {
      const { entryOperation } = routeOptions.config;
      if (entryOperation !== undefined) {
        const error = statusCode < 400 ? undefined : errorCodeOf(statusCode);
        this.metrics.count(entryOperation, elapsedTime / 1_000, error);
      }
      done();
    });
  }
}
