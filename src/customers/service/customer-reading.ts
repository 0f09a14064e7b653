import { Injectable } from '@nestjs/common';

/** How far the topic has been read. */
@Injectable()
export class CustomerReading {
  unready(): string | undefined {
    return undefined;
  }

  lagSeconds(): number {
    return 0;
  }
}
