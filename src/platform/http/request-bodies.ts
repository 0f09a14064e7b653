import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { BodiesUnderWay } from './bodies-under-way.js';
import { type BodyRead, IncomingBody } from './incoming-body.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly readsBody?: boolean;
    /** Where it is not the size that bodies have elsewhere. */
    readonly maxBodyBytes?: number;
  }
}

const BODY = Symbol('the body that is being read');

interface RequestWithBody extends IncomingMessage {
  [BODY]?: IncomingBody;
}

/** A route's config. */
export const READS_BODY = { readsBody: true };

/** For a handler with a `@Body()`, which is a Buffer. What comes to other routes is never held. */
export const ReadsBody = (maxBodyBytes?: number): MethodDecorator =>
  RouteConfig({ ...READS_BODY, ...(maxBodyBytes !== undefined && { maxBodyBytes }) });

/**
 * Replaces Fastify's own parsers: bodies reach the controllers as the bytes that came, whatever their type, and take a
 * bounded memory together. To be called before Nest sets up its routes.
 */
export function takeBodiesAsBytes(fastify: FastifyInstance, all = new BodiesUnderWay()): void {
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.config?.readsBody !== true) return;
    const { maxBodyBytes } = route.config;
    route.preParsing = (request, reply, payload, done) => {
      const body = new IncomingBody(request.raw, all, maxBodyBytes);
      (request.raw as RequestWithBody)[BODY] = body;
      // It comes whether the answer is given or not, since no request is begun while another of its socket is under way.
      reply.raw.once('close', () => body.release());
      done(null, payload);
    };
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', (request, _payload, done: BodyRead) => {
    const body = (request.raw as RequestWithBody)[BODY];
    if (body === undefined) done(null);
    else body.read(done);
  });
}
