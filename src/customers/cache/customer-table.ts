/** Where a record stands in the topic. */
export interface RecordPlace {
  readonly partition: number;
  readonly offset: number;
  /** The record's timestamp, 64 bits as Kafka has it. */
  readonly time: bigint;
}
export interface HeldCustomer {
  readonly json: string;
  readonly etag: string;
}
export type PutOutcome = 'created' | 'replaced' | 'backdated' | 'outdated';
export type RemoveOutcome = 'removed' | 'absent' | 'outdated';

/** To be replaced. */
export class CustomerTable {
  private readonly rows = new Map<string, HeldCustomer>();
  constructor(readonly options: { maxBytes: number }) {}
  put(key: Buffer, json: string, updatedAt: bigint, _place: RecordPlace): PutOutcome {
    const had = this.rows.has(key.toString());
    this.rows.set(key.toString(), { json, etag: `"${updatedAt}"` });
    return had ? 'replaced' : 'created';
  }
  remove(key: Buffer, _place: RecordPlace): RemoveOutcome {
    return this.rows.delete(key.toString()) ? 'removed' : 'absent';
  }
  get(accountId: string): HeldCustomer | undefined {
    return this.rows.get(accountId);
  }
  get size(): number {
    return this.rows.size;
  }
  get bytes(): number {
    return 0;
  }
  beginGeneration(): void {
    return;
  }
  clear(): void {
    this.rows.clear();
  }
  sweep(): Promise<number> {
    return Promise.resolve(0);
  }
  forgetTombstones(_olderThanMs: number): Promise<void> {
    return Promise.resolve();
  }
  page({
    after = '',
    limit,
    filter = '',
  }: {
    after?: string;
    limit: number;
    filter?: string;
  }): Promise<{ ids: string[]; next?: string }> {
    const all = [...this.rows.keys()].sort().filter((id) => id > after && id.includes(filter));
    const ids = all.slice(0, limit);
    return Promise.resolve(all.length > limit ? { ids, next: ids.at(-1)! } : { ids });
  }
}
