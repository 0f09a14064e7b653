/** As much of OpenAPI's schema, or header, as is used here. */
export type ApiSchema = Readonly<Record<string, unknown>>;

export interface AnswerFacts {
  readonly description?: string;
  /** Names of headers that stand there, which the same facts or the common ones describe. */
  readonly headers?: readonly string[];
  readonly schema?: ApiSchema;
  readonly mediaType?: string;
  /** Besides that one, with the same schema. */
  readonly otherMediaTypes?: readonly string[];
  readonly example?: unknown;
  /** As that of 204 and 304 is by its status. */
  readonly hasNoBody?: true;
}

/** What a controller cannot say of an operation in one place: its name, and what its answers look like. */
export interface OperationFacts {
  readonly id: string;
  /** Of the operations that come out of packages. */
  readonly summary?: string;
  /** By status: the headers that stand there, and the body where the controller has not said it. */
  readonly answers: Readonly<Record<string, AnswerFacts>>;
  /** A body with which it can be tried. */
  readonly exampleBody?: unknown;
}

/** What a room, or a context, tells of its part of the API besides what its controllers do. */
export interface ApiFacts {
  /** Its operations, by method and path: `get /api/orders/{order_uid}`. */
  readonly operations: Readonly<Record<string, OperationFacts>>;
  /** Headers of its answers, by name. */
  readonly headers?: Readonly<Record<string, ApiSchema>>;
  /** What its parameters may hold, by name, where the controllers only say that they are texts. */
  readonly parameters?: Readonly<Record<string, ApiSchema>>;
  /** Values with which its operations can be tried, by the parameter's name. */
  readonly examples?: Readonly<Record<string, unknown>>;
  /** Schemas that the description has by name. */
  readonly schemas?: Readonly<Record<string, ApiSchema>>;
}

export const schemaRef = (name: string): ApiSchema => ({ $ref: `#/components/schemas/${name}` });

export const headerText = (description: string, example: string): ApiSchema => ({
  description,
  schema: { type: 'string' },
  example,
});

/** An object with all of its properties required. */
export const objectOf = (properties: Readonly<Record<string, ApiSchema>>): ApiSchema => ({
  type: 'object',
  required: Object.keys(properties),
  properties,
});
