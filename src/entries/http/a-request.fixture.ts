import type { FastifyRequest } from 'fastify';

/** A request as the readers of this folder see one. @param fields by their names in lower case */
export const aRequest = (
  url: string,
  fields: Readonly<Record<string, string | readonly string[]>> = {},
  key = 'k',
): FastifyRequest =>
  ({
    url,
    params: { key },
    headers: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, [value].flat().join(', ')]),
    ),
    raw: {
      headersDistinct: Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, [value].flat()]),
      ),
    },
  }) as unknown as FastifyRequest;
