/** The table would take more memory than it may. What it held before is held and readable as it was. */
export class TableFullError extends Error {
  override readonly name = 'TableFullError';

  constructor(readonly maxBytes: number) {
    super(`the customers take more than the ${maxBytes} bytes that they may`);
  }
}
