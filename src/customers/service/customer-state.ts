import { Injectable } from '@nestjs/common';

/** Whether what is held in memory may be told to anybody. */
@Injectable()
export class CustomerState {
  private reading: string | undefined = 'the customers are still being read';
  private full: string | undefined;

  /** Why nobody may be answered, for people; undefined where everybody may. */
  unready(): string | undefined {
    return this.full ?? this.reading;
  }

  /** Everything is held that there was at the start. */
  complete(): void {
    this.reading = undefined;
  }

  /** More is to be held than may be. @returns whether it was not known yet */
  outgrown(reason: string): boolean {
    const isNew = this.full === undefined;
    this.full = reason;
    return isNew;
  }

  /** All that was to be held is held. */
  fits(): void {
    this.full = undefined;
  }
}
