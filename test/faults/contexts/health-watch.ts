import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 250;
const TIMEOUT_MS = 5_000;

interface Parts {
  readonly parts: Readonly<Record<string, { readonly up: boolean; readonly detail?: string }>>;
}

/** Looks all the time at what the program says of itself while a context is in trouble. */
export class HealthWatch {
  /** Answers of `/health/ready` other than 200. */
  unready: string[] = [];
  looks = 0;
  /** What `/health` said that names the context; the last of it. */
  named = '';
  private open = true;
  private readonly looking: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly context: string,
  ) {
    this.looking = this.lookAll();
  }

  async close(): Promise<void> {
    this.open = false;
    await this.looking;
  }

  private async lookAll(): Promise<void> {
    while (this.open) {
      await this.look().catch((error: unknown) => this.unready.push(String(error)));
      await pause(LOOK_EVERY_MS);
    }
  }

  private async look(): Promise<void> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const ready = await fetch(`${this.url}/health/ready`, { signal });
    const text = await ready.text();
    this.looks += 1;
    if (ready.status !== 200) this.unready.push(`${ready.status}: ${text}`);
    const all = (await (await fetch(`${this.url}/health`, { signal })).json()) as Parts;
    for (const [part, { up, detail = '' }] of Object.entries(all.parts)) {
      if (!up && `${part} ${detail}`.includes(this.context)) this.named = `${part}: ${detail}`;
    }
  }
}
