/** How far the processes of a context are behind in a topic whose work they share. */
export interface ConsumerLag {
  readonly context: string;
  /** The deployed name. */
  readonly topic: string;
  readonly messages: number;
  /** How long the oldest of them has waited; undefined where that is not known. */
  readonly seconds: number | undefined;
}
