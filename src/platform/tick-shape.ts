import { executionAsyncResource } from 'node:async_hooks';

let kept: object | undefined = undefined;

/**
 * Keeps `process.nextTick` fast for as long as the process lives. Node makes an object of each call, by a literal with
 * computed keys. V8 holds the shape of such objects weakly: a full collection at a moment without one drops the shape,
 * and since V8 then takes the next one for a second shape, each key of each later object is defined by a call into the
 * runtime, for good. Everything that touches a stream pays for that: 39,000 hot GETs a second instead of 57,000. An
 * object that stays keeps the shape; a tick is its own async resource, so it can be had without any hook.
 */
export function keepTickShape(): void {
  process.nextTick(() => {
    kept ??= executionAsyncResource();
  });
}
