import { applyDecorators } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { FILTER_QUERIES } from './dead-letter.schemas.js';

/** A route that takes a filter of letters in its query, as it describes itself. */
export const TakesFilter = (): MethodDecorator =>
  applyDecorators(...FILTER_QUERIES.map((query) => ApiQuery(query)));
