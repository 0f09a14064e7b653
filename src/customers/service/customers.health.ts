import { Injectable } from '@nestjs/common';
import { Health, type PartState } from '../../platform/health/health.js';
import { CustomersRegistry } from '../producer/customers-registry.js';
import { CustomerState } from './customer-state.js';

/** What the customers' parts say of themselves. */
@Injectable()
export class CustomersHealth {
  constructor(
    health: Health,
    private readonly state: CustomerState,
    private readonly registry: CustomersRegistry,
  ) {
    health.addCheck('customers.memory', () => this.memory());
    health.addCheck('customers.registry', () => this.schemas(), { isOptional: true });
  }

  private memory(): PartState {
    const reason = this.state.unready();
    return reason === undefined ? { up: true } : { up: false, detail: reason };
  }

  /** Its records wait; all others go on. */
  private schemas(): PartState {
    const missing = [...(this.registry.schemas?.missing ?? [])];
    if (missing.length === 0) return { up: true };
    const lines = missing.map(([id, reason]) => `schema ${id} cannot be fetched: ${reason}`);
    return { up: false, detail: lines.join('; ') };
  }
}
