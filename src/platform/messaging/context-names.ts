/** What messaging knows of a context. */
export interface ContextName {
  readonly name: string;
  /**
   * The main context's groups and health parts have no prefix, and the program is not ready while its consumers are not.
   */
  readonly isMain: boolean;
}

/** Names the consumer groups and health parts of each context. */
export class ContextNames {
  private readonly all: ReadonlyMap<string, ContextName>;

  constructor(contexts: readonly ContextName[]) {
    this.all = new Map(contexts.map((context) => [context.name, context]));
  }

  isMain(context: string): boolean {
    return this.all.get(context)?.isMain === true;
  }

  /** Whether this deployment is for the main context, too. */
  get hasMain(): boolean {
    return [...this.all.values()].some(({ isMain }) => isMain);
  }

  /** Contexts that are not the main one. */
  get othersCount(): number {
    return [...this.all.values()].filter(({ isMain }) => !isMain).length;
  }

  /** The consumer group in which a context's processes share its work. */
  groupOf(context: string, mainGroup: string): string {
    return this.isMain(context) ? mainGroup : `${mainGroup}.${context}`;
  }

  /** The name under which `/health` reports a part, such as `consumer`. */
  partOf(context: string, part: string): string {
    return this.isMain(context) ? part : `${context}.${part}`;
  }
}
