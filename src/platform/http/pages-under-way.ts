import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LargeAnswers } from './large-answers.js';
import { TooBusyError } from './too-busy.error.js';
import { Turns } from './turns.js';

/** Has pages, which cost far more than other answers, made a few at a time; the others wait for their turn. */
@Injectable()
export class PagesUnderWay {
  /** A page of 4 MiB takes up to four times as much while it is made. */
  private readonly turns = new Turns({ name: 'pages', atOnce: 4, maxWaiting: 500, maxWaitMs: 5_000 });

  constructor(private readonly largeAnswers: LargeAnswers) {}

  /**
   * Makes a page when it is its turn.
   *
   * @throws TooBusyError when too many wait already, for too long, or do not read what they got
   */
  async make<Page>({ raw }: FastifyRequest, page: () => Promise<Page>): Promise<Page> {
    this.largeAnswers.requireRoom();
    return await this.turns.take(() => {
      // Nobody is there any more to read it.
      if (raw.socket.destroyed) throw new TooBusyError('the connection was closed before its turn');
      this.largeAnswers.requireRoom();
      return page();
    });
  }
}
