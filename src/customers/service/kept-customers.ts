import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CustomerMemory } from '../cache/customer-memory.js';
import { KeptCustomerRepository } from '../repository/kept-customer.repository.js';

/** Any event is later than what was kept. */
const BEFORE_ALL = { partition: 0, offset: -1, time: 0n };
const UPDATED_AT = /"updatedAt":(-?\d+)\}$/;

/** An event that is older than a removal does not arrive as much later. */
const TOMBSTONES_KEPT_MS = 3_600_000;

/** Fills the memory from PostgreSQL, at the start, where no topic keeps the customers. */
@Injectable()
export class KeptCustomers implements OnModuleInit {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly customers: KeptCustomerRepository,
    private readonly memory: CustomerMemory,
  ) {}

  onModuleInit(): void {
    this.lifecycle.beforeReady('the customers', () => this.load());
    const timer = setInterval(
      () => void this.memory.forgetTombstones(TOMBSTONES_KEPT_MS),
      TOMBSTONES_KEPT_MS,
    ).unref();
    this.lifecycle.onClose('the tombstones of customers', () => clearInterval(timer));
  }

  private async load(): Promise<void> {
    for await (const page of this.customers.all()) {
      for (const { account_key: key, body } of page) {
        this.memory.put(key, body, BigInt(UPDATED_AT.exec(body)?.[1] ?? 0), BEFORE_ALL);
      }
    }
    this.memory.complete();
  }
}
