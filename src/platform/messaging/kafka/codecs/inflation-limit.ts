/** The refusal of what inflates to more than the settings allow. */
export function tooLarge(maxBytes: number): RangeError {
  return new RangeError(`it inflates to more than ${maxBytes} bytes (CONSUMER_BATCH_MAX_BYTES)`);
}
