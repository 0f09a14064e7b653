import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Beyond half a minute each. Where two specs run at a time, the last of them would run alone for as long. */
const LONGEST = [
  'test/kafka/context-killer.spec.ts',
  'test/kafka/sensors.spec.ts',
  'test/kafka/kafka-transport.spec.ts',
  'test/kafka/customers.spec.ts',
  'test/redis/promos-in-redis.spec.ts',
  'test/abuse/abuse.spec.ts',
  'test/cases/kafka.spec.ts',
  'test/e2e/start-and-stop.spec.ts',
  'src/platform/embedded-postgres/embedded-postgres.int.spec.ts',
  'test/contexts/killer.int.spec.ts',
  'test/browser/accessibility.spec.ts',
  'test/browser/staying-current.spec.ts',
  'test/browser/states.spec.ts',
];

/** The specs of each group as Vitest would have them, but those first that take the longest. */
export default class LongestFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(specs);
    const isLong = ({ moduleId }: TestSpecification): number =>
      LONGEST.some((path) => moduleId.endsWith(`/${path}`)) ? 1 : 0;
    const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return sorted.sort((a, b) => groupOf(a) - groupOf(b) || isLong(b) - isLong(a));
  }
}
