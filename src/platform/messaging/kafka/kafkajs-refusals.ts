/** Modules of kafkajs that judge the answers to requests about topics, in the order in which they build on each other. */
export const ANSWERS_OF_TOPICS = [
  'metadata/v0',
  'fetch/v0',
  'produce/v0',
  'produce/v3',
  'listOffsets/v0',
  'listOffsets/v1',
  'listOffsets/v2',
  'offsetFetch/v1',
  'offsetFetch/v2',
  'offsetCommit/v0',
] as const;

/** The protocol's TOPIC_AUTHORIZATION_FAILED. */
const NO_RIGHT = 29;

interface OfTopic {
  readonly topic?: string;
  readonly topicName?: string;
  readonly topicErrorCode?: number;
  readonly partitions?: readonly { readonly errorCode: number }[];
}

/** An answer as kafkajs has decoded it; each kind calls its topics by another name. */
interface Answer {
  readonly topicMetadata?: readonly OfTopic[];
  readonly responses?: readonly OfTopic[];
  readonly topics?: readonly OfTopic[];
}

/** Named as the module is that judges it. */
export const FETCH_ANSWER = 'fetch/v0';

/** An error of an answer, once it names topics. */
export interface TopicError {
  readonly topics?: readonly string[];
  readonly answerTo?: string;
}

interface AnswerModule {
  readonly parse: (answer: Answer) => Promise<unknown>;
}

/** Has the error of an answer name the topics that we have no right to, which kafkajs leaves out. */
export function namingTopics(original: AnswerModule, answerTo: string): AnswerModule {
  return {
    ...original,
    async parse(answer) {
      try {
        return await original.parse(answer);
      } catch (error) {
        const topics = refusedTopics(answer);
        throw topics.length === 0 ? error : Object.assign(error as Error, { topics, answerTo });
      }
    },
  };
}

function refusedTopics({ topicMetadata, responses, topics }: Answer): string[] {
  return (topicMetadata ?? responses ?? topics ?? []).flatMap(
    ({ topic, topicName = topic, topicErrorCode, partitions = [] }) => {
      const isRefused =
        topicErrorCode === NO_RIGHT || partitions.some(({ errorCode }) => errorCode === NO_RIGHT);
      return isRefused && topicName !== undefined ? [topicName] : [];
    },
  );
}

interface BrokerPool {
  withBroker(callback: (one: unknown) => Promise<unknown>): Promise<unknown>;
}
type BrokerPoolClass = new (...parts: never[]) => BrokerPool;

const OF_RIGHTS = /_AUTHORIZATION_FAILED$/;

/** kafkajs asks one broker after the other, and hides why none answers: for want of a right all say the same. */
export function tellingRefusals(Original: BrokerPoolClass): BrokerPoolClass {
  return class extends Original {
    override async withBroker(callback: (one: unknown) => Promise<unknown>): Promise<unknown> {
      let refusal: Error | undefined;
      const answer = await super.withBroker(async (one) => {
        try {
          return await callback(one);
        } catch (error) {
          if (OF_RIGHTS.test(String((error as { type?: unknown }).type))) refusal = error as Error;
          throw error;
        }
      });
      if (answer === null && refusal !== undefined) throw refusal;
      return answer;
    }
  };
}
