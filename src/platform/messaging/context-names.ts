/** What the mechanics know of a context. */
export interface ContextName {
  readonly name: string;
  /**
   * It was there before there were others: what it is called by has no prefix, and the program is not ready when its
   * consumers are not.
   */
  readonly isMain: boolean;
}

/** How groups and parts of health are called, by whose they are. */
export class ContextNames {
  private readonly all: ReadonlyMap<string, ContextName>;

  constructor(contexts: readonly ContextName[]) {
    this.all = new Map(contexts.map((context) => [context.name, context]));
  }

  isMain(context: string): boolean {
    return this.all.get(context)?.isMain === true;
  }

  /** Contexts that are not the main one. */
  get othersCount(): number {
    return [...this.all.values()].filter(({ isMain }) => !isMain).length;
  }

  /** The consumer group that shares the work of a context. */
  groupOf(context: string, mainGroup: string): string {
    return this.isMain(context) ? mainGroup : `${mainGroup}.${context}`;
  }

  /** A part of the program, such as `consumer`, as health tells of it. */
  partOf(context: string, part: string): string {
    return this.isMain(context) ? part : `${context}.${part}`;
  }
}
