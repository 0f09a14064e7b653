import { Injectable } from '@nestjs/common';
import { SchemaAbsentError, SchemaRefusedError } from '../../platform/avro/avro.errors.js';
import { framed } from '../../platform/avro/wire-format.js';
import { TransientError } from '../../platform/failures/classified-errors.js';
import { type DirectMessage, DirectMessages } from '../../platform/messaging/direct-messages.js';
import { Topics } from '../../platform/messaging/topics.js';
import { CustomersSettings } from '../customers.settings.js';
import { CUSTOMER_SCHEMA, type Customer } from '../model/customer.js';
import { CUSTOMER_AVRO, OWN_SCHEMA_ID, subjectOf } from './customer-avro.js';
import { CustomersRegistry } from './customers-registry.js';

/** The registry has no schema to write customers with, which an operator mends. */
export class UnregisteredSchemaError extends TransientError {
  constructor(reason: string) {
    super(`${reason}; register it, or set CUSTOMERS_REGISTER_SCHEMA=on`);
    this.name = 'UnregisteredSchemaError';
  }
}

/** Customers on their way to the topic. */
@Injectable()
export class CustomerMessages {
  private schemaId: number | undefined;

  constructor(
    private readonly messages: DirectMessages,
    private readonly topics: Topics,
    private readonly registry: CustomersRegistry,
    private readonly settings: CustomersSettings,
  ) {}

  /** @throws RegistryAwayError, UnregisteredSchemaError, and what Kafka or the database says */
  async sendCustomer(
    customer: Customer,
    headers: DirectMessage['headers'],
    signal: AbortSignal,
  ): Promise<void> {
    const value = framed(await this.writerSchemaId(), CUSTOMER_AVRO.encode(customer));
    await this.send({ key: customer.accountId, value, type: 'customer' }, headers, signal);
  }

  /** @throws what Kafka or the database says */
  sendRemoval(accountId: string, headers: DirectMessage['headers'], signal: AbortSignal): Promise<void> {
    return this.send({ key: accountId, value: null, type: 'customer.removed' }, headers, signal);
  }

  private send(
    message: Pick<DirectMessage, 'key' | 'value' | 'type'>,
    headers: DirectMessage['headers'] = {},
    signal: AbortSignal,
  ): Promise<void> {
    const topic = this.topics.deployedName('users');
    return this.messages.send([{ ...message, topic, headers, aggregateType: 'customer' }], signal);
  }

  /** Asked for once. */
  private async writerSchemaId(): Promise<number> {
    const { schemas } = this.registry;
    if (schemas === undefined) return OWN_SCHEMA_ID;
    const register = this.settings.CUSTOMERS_REGISTER_SCHEMA === 'on';
    try {
      const subject = subjectOf(this.topics.deployedName('users'));
      return (this.schemaId ??= await schemas.idOf(subject, CUSTOMER_SCHEMA, register));
    } catch (error) {
      const isMissing = error instanceof SchemaAbsentError || error instanceof SchemaRefusedError;
      throw isMissing ? new UnregisteredSchemaError(error.message) : error;
    }
  }
}
