import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LargeAnswers } from './large-answers.js';
import { TooBusyError } from './too-busy.error.js';

/** A page of 4 MiB takes up to four times as much while it is made. */
const MAX_AT_ONCE = 4;
const MAX_WAITING = 500;
const MAX_WAIT_MS = 5_000;

interface Waiting {
  begin(): void;
}

/** Has pages, which cost far more than other answers, made a few at a time; the others wait for their turn. */
@Injectable()
export class PagesUnderWay {
  private atOnce = 0;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly largeAnswers: LargeAnswers) {}

  /**
   * Makes a page when it is its turn.
   *
   * @throws TooBusyError when too many wait already, for too long, or do not read what they got
   */
  async make<Page>({ raw }: FastifyRequest, page: () => Promise<Page>): Promise<Page> {
    this.largeAnswers.requireRoom();
    if (this.atOnce >= MAX_AT_ONCE) await this.turn();
    else this.atOnce++;
    try {
      // Nobody is there any more to read it.
      if (raw.socket.destroyed) throw new TooBusyError('the connection was closed before its turn');
      this.largeAnswers.requireRoom();
      return await page();
    } finally {
      this.passOn();
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.size >= MAX_WAITING) throw new TooBusyError('too many pages are under way');
    return new Promise((resolve, reject) => {
      const waiting = {
        begin: () => {
          clearTimeout(tooLate);
          resolve();
        },
      };
      const tooLate = setTimeout(() => {
        this.waiting.delete(waiting);
        reject(new TooBusyError('other pages took too long'));
      }, MAX_WAIT_MS);
      this.waiting.add(waiting);
    });
  }

  private passOn(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.atOnce--;
      return;
    }
    this.waiting.delete(next);
    next.begin();
  }
}
