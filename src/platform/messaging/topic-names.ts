/**
 * The topics' names as the code knows them (`orders`) and as this deployment calls them (KAFKA_TOPIC).
 * Handlers and senders use the former, everything that leaves or enters the process the latter.
 */
export class TopicNames {
  private readonly logicalNames: ReadonlyMap<string, string>;

  constructor(private readonly deployed: Readonly<Record<string, string>>) {
    this.logicalNames = new Map(Object.entries(deployed).map(([logical, name]) => [name, logical]));
  }

  /** All deployed names. */
  all(): string[] {
    return Object.values(this.deployed);
  }

  /** The deployed names of those that have dead letters. */
  withDeadLetters(): string[] {
    const all = new Set(this.all());
    return [...all].filter((topic) => all.has(this.deadLetterTopicOf(topic)));
  }

  /** The deployed names of those that refused events of others go to. */
  deadLetterTopics(): ReadonlySet<string> {
    return new Set(this.all().map((topic) => this.deadLetterTopicOf(topic)));
  }

  deployedName(logical: string): string {
    return this.deployed[logical] ?? logical;
  }

  logicalName(deployed: string): string {
    return this.logicalNames.get(deployed) ?? deployed;
  }

  /** Where refused events of a topic go: `<logical>.dead-letter`, under its deployed name. */
  deadLetterTopicOf(deployed: string): string {
    return this.deployedName(`${this.logicalName(deployed)}.dead-letter`);
  }
}
