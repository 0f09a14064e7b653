const LONGEST_ASCII = 0x7f;
const SCRATCH_BYTES = 4_096;
/** Of an UTF-16 code unit, at most. */
const UTF8_BYTES = 3;

/** The UTF-8 of one id at a time, in bytes that are used again and again: a look-up allocates none. */
export class IdBytes {
  private readonly scratch = new Uint8Array(SCRATCH_BYTES);
  private readonly encoder = new TextEncoder();
  bytes = this.scratch;
  length = 0;

  /** @returns false for a text that is not well-formed: no UTF-8 stands for it */
  set(id: string): boolean {
    this.bytes = this.scratch;
    this.length = id.length;
    if (id.length > SCRATCH_BYTES / UTF8_BYTES) return this.setEncoded(id);
    for (let at = 0; at < id.length; at++) {
      const unit = id.charCodeAt(at);
      if (unit > LONGEST_ASCII) return this.setEncoded(id);
      this.scratch[at] = unit;
    }
    return true;
  }

  private setEncoded(id: string): boolean {
    if (!id.isWellFormed()) return false;
    this.bytes = this.encoder.encode(id);
    this.length = this.bytes.length;
    return true;
  }
}
