/** The store of record could not be read. Every caller waiting for this load gets the same instance. */
export class CacheLoadError extends Error {
  override readonly name: string = 'CacheLoadError';

  /** @param cause what the loader threw; callers that must tell failures apart look here */
  constructor(
    readonly key: string,
    message = `loading ${key} failed`,
    options?: { cause: unknown },
  ) {
    super(message, options);
  }
}

/** The load took longer than its deadline; its signal has been aborted and whatever it returns later is dropped. */
export class CacheLoadTimeoutError extends CacheLoadError {
  override readonly name = 'CacheLoadTimeoutError';

  constructor(
    key: string,
    readonly timeoutMs: number,
  ) {
    super(key, `loading ${key} took longer than ${timeoutMs} ms`);
  }

  /** As TransientError. */
  get isTransient(): true {
    return true;
  }
}
