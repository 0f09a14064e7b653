import { Injectable } from '@nestjs/common';
import { type DirectMessage, DirectMessages } from '../../platform/messaging/direct-messages.js';
import { Topics } from '../../platform/messaging/topics.js';
import { CustomersSettings } from '../customers.settings.js';
import type { Customer } from '../model/customer.js';
import { customerValue, OWN_SCHEMA_ID } from './customer-avro.js';
import { CustomersRegistry } from './customers-registry.js';
import { ownSchemaId } from './own-schema-id.js';

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
    const value = customerValue(await this.writerSchemaId(), customer);
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
    return (this.schemaId ??= await ownSchemaId(schemas, this.topics.deployedName('users'), register));
  }
}
