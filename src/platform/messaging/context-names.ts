/** What messaging knows of a context. */
export interface ContextName {
  readonly name: string;
  /**
   * The main context's groups and health parts have no prefix, and the program is not ready while its consumers are not.
   */
  readonly isMain: boolean;
  /** The program is not ready before it is, and is of no use once its consumer has died; so it is with the main context. */
  readonly isVital?: boolean | undefined;
  /** What the groups that read topics from their beginning are called after, where not after the others. */
  readonly replayGroup?: string | undefined;
}

/** What a part of a context means for the program. */
export interface Bearing {
  /** The program is not ready while the part is down. */
  readonly isRequired: boolean;
  /** Only a new process helps once the part has died. */
  readonly isVital: boolean;
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

  isVital(context: string): boolean {
    return this.isMain(context) || this.all.get(context)?.isVital === true;
  }

  /** Of a consumer that the processes of a context share. */
  bearingOf(context: string): Bearing {
    return { isRequired: this.isMain(context), isVital: this.isVital(context) };
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

  /** What the group of a process begins with that reads topics from their beginning. */
  replayGroupOf(context: string, mainGroup: string): string {
    return this.all.get(context)?.replayGroup ?? `${this.groupOf(context, mainGroup)}.replay`;
  }

  /** The name under which `/health` reports a part, such as `consumer`. */
  partOf(context: string, part: string): string {
    return this.isMain(context) ? part : `${context}.${part}`;
  }
}
