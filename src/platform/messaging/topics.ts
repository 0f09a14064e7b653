/** What a context claims of the topics. */
export interface ContextTopics {
  readonly context: string;
  /** See `ContextName`. */
  readonly isMain: boolean;
  /**
   * Topics of its own, by the names that its code has for them (`orders`), as this deployment calls them. Where the
   * events that it refuses go may be among them, as `<topic>.dead-letter`.
   */
  readonly own: Readonly<Record<string, string>>;
  /** What it reads so that it may refuse events, by the names in code; topics of other contexts as well. */
  readonly consumes: readonly string[];
  /** Those of its own, by the names in code, that keep the latest event of each key. */
  readonly compacted?: readonly string[] | undefined;
  /** Those of its own, by the names in code, whose messages may have 2 MiB. */
  readonly large?: readonly string[] | undefined;
}

/** A topic, under both of its names, is claimed by two contexts. */
export class TopicClaimedTwiceError extends Error {
  constructor(topic: string, first: string, second: string) {
    super(`the topic ${topic} is claimed by two contexts: ${first} and ${second}`);
    this.name = 'TopicClaimedTwiceError';
  }
}

const DEAD_LETTER = '.dead-letter';

/**
 * The topics' names as the code knows them (`orders`) and as this deployment calls them (KAFKA_TOPIC).
 * Handlers and senders use the former, everything that leaves or enters the process the latter.
 */
export class Topics {
  private readonly deployed = new Map<string, string>();
  private readonly logical = new Map<string, string>();
  private readonly owners = new Map<string, string>();

  /**
   * @param elsewhere topics of contexts that this process is not for, by context: what their processes call the topics that
   *   contexts of this one read
   * @throws TopicClaimedTwiceError
   */
  constructor(
    private readonly claims: readonly ContextTopics[],
    elsewhere: Readonly<Record<string, ContextTopics['own']>> = {},
  ) {
    for (const { context, own } of claims) {
      for (const [logical, deployed] of Object.entries(own)) {
        const taken = this.owners.get(logical) ?? this.ownerOfDeployed(deployed);
        if (taken !== undefined) throw new TopicClaimedTwiceError(deployed, taken, context);
        this.deployed.set(logical, deployed);
        this.logical.set(deployed, logical);
        this.owners.set(logical, context);
      }
    }
    for (const [context, own] of Object.entries(elsewhere)) {
      for (const [logical, deployed] of Object.entries(own)) this.nameElsewhere(context, logical, deployed);
    }
  }

  /** All deployed names, also of what is read of contexts that run elsewhere, those for dead letters included. */
  all(): string[] {
    const own = this.claims.flatMap((claim) => Object.values(claim.own));
    return [...new Set([...own, ...this.withDeadLetters(), ...this.deadLetterTopics()])];
  }

  /** Deployed names of what a context reads so that it may refuse events. */
  consumedBy(context: string): string[] {
    const { consumes = [] } = this.claims.find((claim) => claim.context === context) ?? {};
    return consumes.map((logical) => this.deployedName(logical));
  }

  /** How many contexts read a topic, by its deployed name, so that they may refuse events. */
  readersOf(deployed: string): number {
    return this.claims.filter(({ context }) => this.consumedBy(context).includes(deployed)).length;
  }

  /** The deployed names of those that have dead letters. */
  withDeadLetters(): string[] {
    return [...new Set(this.claims.flatMap(({ context }) => this.consumedBy(context)))];
  }

  /** The deployed names of those that refused events go to. */
  deadLetterTopics(): ReadonlySet<string> {
    return new Set(
      this.claims.flatMap(({ context }) =>
        this.consumedBy(context).map((topic) => this.deadLetterTopicOf(context, topic)),
      ),
    );
  }

  /** The deployed names of those that keep the latest event of each key. */
  compacted(): ReadonlySet<string> {
    return this.deployedNames(({ compacted }) => compacted);
  }

  /** The deployed names of those whose messages may have 2 MiB, those for dead letters among them. */
  large(): ReadonlySet<string> {
    return new Set([...this.deployedNames(({ large }) => large), ...this.deadLetterTopics()]);
  }

  deployedName(logical: string): string {
    return this.deployed.get(logical) ?? logical;
  }

  logicalName(deployed: string): string {
    return this.logical.get(deployed) ?? deployed;
  }

  /**
   * Where the events go that a context refuses: `<topic>.dead-letter` when the topic is its own, under the name that the
   * deployment has for it, and `<topic>.<context>.dead-letter` when it is somebody else's.
   */
  deadLetterTopicOf(context: string, deployed: string): string {
    const logical = this.logicalName(deployed);
    const owner = this.owners.get(logical) ?? context;
    if (owner !== context) return `${deployed}.${context}${DEAD_LETTER}`;
    return this.deployed.get(logical + DEAD_LETTER) ?? deployed + DEAD_LETTER;
  }

  /** Whether a topic, or one for dead letters, is the main context's. */
  isOfMain(deployed: string): boolean {
    return this.claims.some(
      ({ context, isMain, own }) =>
        isMain &&
        (Object.values(own).includes(deployed) ||
          this.consumedBy(context).some((topic) => this.deadLetterTopicOf(context, topic) === deployed)),
    );
  }

  private deployedNames(ofClaim: (claim: ContextTopics) => readonly string[] | undefined): Set<string> {
    return new Set(
      this.claims.flatMap((claim) => (ofClaim(claim) ?? []).map((logical) => this.deployedName(logical))),
    );
  }

  /** Settings of contexts that do not run here are nobody's concern here, so they may also clash. */
  private nameElsewhere(context: string, logical: string, deployed: string): void {
    if (this.owners.has(logical) || this.logical.has(deployed)) return;
    this.deployed.set(logical, deployed);
    this.logical.set(deployed, logical);
    this.owners.set(logical, context);
  }

  private ownerOfDeployed(deployed: string): string | undefined {
    const logical = this.logical.get(deployed);
    return logical === undefined ? undefined : this.owners.get(logical);
  }
}
