/*
 * What docs/openapi.json says of the routes, as tsc understands it: a misspelt route, parameter or field is refused. Nothing of
 * this is run, and no page loads it.
 */

/** @typedef {import('../../.cache/openapi.js').paths} Paths by openapi-typescript */
/** @typedef {import('../../.cache/openapi.js').components['schemas']} Schemas */
/** @typedef {'get' | 'post' | 'put' | 'delete'} Method */

/**
 * The routes that answer a method: `/api/orders/{order_uid}`.
 *
 * @template {Method} M
 * @typedef {{ [Route in keyof Paths]: Paths[Route][M] extends object ? Route : never }[keyof Paths]} RouteOf
 */

/**
 * The JSON that a route answers with.
 *
 * @template {keyof Paths} Route
 * @template {Method} M
 * @typedef {Paths[Route][M] extends { responses: infer Answers }
 *   ? JsonOf<Answers[keyof Answers & (200 | 201 | 202)]> : never} BodyOf
 */

/**
 * @template Answered
 * @typedef {Answered extends { content: { 'application/json': infer Body } } ? Body : never} JsonOf
 */

/**
 * The names between the braces of a route.
 *
 * @template {string} Route
 * @typedef {Route extends `${string}{${infer Name}}${infer Rest}` ? Name | NameOf<Rest> : never} NameOf
 */

/**
 * The names of a route's parameters.
 *
 * @template {keyof Paths} Route
 * @template {Method} M
 * @typedef {Paths[Route][M] extends { parameters: { query?: infer Query } } ? KeyOf<NonNullable<Query>> : never} ParameterOf
 */

/**
 * The JSON that a route takes; never where it takes none.
 *
 * @template {keyof Paths} Route
 * @template {Method} M
 * @typedef {Paths[Route][M] extends { requestBody?: infer Asked } ? JsonOf<NonNullable<Asked>> : never} BodyTakenBy
 */

/**
 * @template Of
 * @typedef {[Of] extends [never] ? never : keyof Of} KeyOf
 */

/**
 * What was given, of which nothing may have another name: also where it was put together before.
 *
 * @template Given
 * @template {PropertyKey} Allowed
 * @typedef {Given & { [Name in keyof Given]: Name extends Allowed ? Given[Name] : never }} Only
 */

/** @typedef {string | number | boolean | readonly string[] | null | undefined} Parameter none, or empty, leaves it out */

/**
 * @template {keyof Paths} Route
 * @typedef {[NameOf<Route>] extends [never] ? { path?: undefined } : { path: Record<NameOf<Route>, string | number> }} PathOf
 *   what stands in the place of `{names}` of the route
 */

/**
 * What stands in the address of a request.
 *
 * @template {keyof Paths} Route
 * @template {Method} M
 * @template Query
 * @typedef {PathOf<Route> & {
 *   query?: { readonly [Name in ParameterOf<Route, M>]?: Parameter } & Only<Query, ParameterOf<Route, M>>,
 * }} AddressOf of a list, each value as a parameter of its own
 */

/**
 * What is sent as JSON.
 *
 * @template {keyof Paths} Route
 * @template {Method} M
 * @template Body
 * @typedef {{ body?: BodyTakenBy<Route, M> & Only<Body, KeyOf<BodyTakenBy<Route, M>>> }} Sending
 */

export {};
