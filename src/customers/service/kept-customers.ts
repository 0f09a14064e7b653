import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CustomerTable } from '../cache/customer-table.js';
import { KeptCustomerRepository } from '../repository/kept-customer.repository.js';
import { CustomerState } from './customer-state.js';

/** Any event is later than what was kept. */
const BEFORE_ALL = { partition: 0, offset: -1, time: 0n };
const UPDATED_AT = /"updatedAt":(-?\d+)\}$/;

/** Fills the memory from PostgreSQL, at the start, where no topic keeps the customers. */
@Injectable()
export class KeptCustomers implements OnModuleInit {
  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly customers: KeptCustomerRepository,
    private readonly table: CustomerTable,
    private readonly state: CustomerState,
  ) {}

  onModuleInit(): void {
    this.lifecycle.beforeReady('the customers', () => this.load());
  }

  private async load(): Promise<void> {
    for await (const page of this.customers.all()) {
      for (const { account_key: key, body } of page) {
        this.table.put(key, body, BigInt(UPDATED_AT.exec(body)?.[1] ?? 0), BEFORE_ALL);
      }
    }
    this.state.complete();
  }
}
