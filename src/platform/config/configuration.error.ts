/** sysexits.h: something was found in an unconfigured or misconfigured state. */
export const EX_CONFIG = 78;

/** Settings that the program cannot start with; `faults` has one line a fault, fit for the operator's eyes. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`configuration: ${faults.join('; ')}`);
    this.name = 'ConfigurationError';
  }
}
