import { afterAll, beforeAll, describe, it } from 'vitest';
import { kafkaUnavailableReason } from '../../scripts/kafka-broker.js';
import { Operation, Resource, type SecureKafka } from '../support/secure-kafka.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { SecuredStage, tells, watchTries, type WatchedTries } from './secured.harness.js';

const unavailable = await kafkaUnavailableReason();

const ACCOUNT = 'the account waybill \\(KAFKA_SASL_USERNAME\\)';

describe.skipIf(unavailable)('an account of Kafka without a right', () => {
  let kafka: SecureKafka;
  let stage: SecuredStage;
  let program: WaybillProcess;

  beforeAll(async () => {
    stage = await SecuredStage.open();
    ({ kafka } = stage);
  });
  afterAll(() => stage.close());

  const watched = (): WatchedTries => watchTries(program, () => kafka.wire.accepted);

  /** Those that the program works with, and no others: it may not even ask how they are configured. */
  async function createTopics(): Promise<void> {
    const { PAYMENT_STATUS_TOPIC, SHIPMENT_STATUS_TOPIC, STOCK_STATUS_TOPIC } = stage.pipeline.settings;
    const others = [PAYMENT_STATUS_TOPIC!, SHIPMENT_STATUS_TOPIC!, STOCK_STATUS_TOPIC!];
    const { topic, statusTopic, deadLetterTopic } = stage.pipeline;
    const names = [topic, statusTopic, deadLetterTopic, ...others];
    for (const other of others) names.push(`${other}.orders.dead-letter`);
    await kafka.admin.createTopics({ topics: names.map((name) => ({ topic: name, numPartitions: 1 })) });
  }

  it('waits at the start for somebody to create its topics, and needs no rights but to those', async () => {
    await kafka.deny(Operation.ALL, Resource.CLUSTER, 'kafka-cluster');
    await kafka.deny(Operation.CREATE, Resource.TOPIC, '*');
    await kafka.deny(Operation.DESCRIBE_CONFIGS, Resource.TOPIC, '*');
    program = await stage.start(kafka.passwords('PLAIN'));
    const tries = watched();
    await tells(program, new RegExp(`${ACCOUNT} has no right to create the topics .*give it CREATE on them`));
    await stage.post(program);
    await createTopics();
    await stage.getsOver(program, tries);
  });

  it.each<[operation: 'READ' | 'WRITE', topic: 'topic' | 'statusTopic']>([
    ['READ', 'topic'],
    ['WRITE', 'statusTopic'],
  ])('is told of, and goes on once it has the right again: %s on %s', async (operation, of) => {
    const [since, tries] = [program.output().length, watched()];
    const topic = stage.pipeline[of];
    const allowAgain = await kafka.deny(Operation[operation], Resource.TOPIC, topic);
    await stage.send();
    await stage.post(program);
    await tells(
      program,
      new RegExp(`${ACCOUNT} has no right to ${operation} the topic ${topic} \\(KAFKA_(STATUS_)?TOPIC\\)`),
      since,
    );
    await stage.send();
    await allowAgain();
    await stage.getsOver(program, tries);
  });

  it('is told of, and goes on once it may be in its group again', async () => {
    const [since, tries] = [program.output().length, watched()];
    const allowAgain = await kafka.deny(Operation.READ, Resource.GROUP, stage.pipeline.group);
    await stage.send();
    await tells(program, new RegExp(`${ACCOUNT} has no right to the consumer group .*KAFKA_GROUP_ID`), since);
    await stage.send();
    await stage.post(program);
    await allowAgain();
    await stage.getsOver(program, tries);
  });
});
