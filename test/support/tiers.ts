import { inject } from 'vitest';

/** A service that the run found or started, or the reason why its tests are skipped. */
export type Provided<Service> = Service | { skipped: string };

/** What a tier's tests get to reach its service. */
export interface TierServices {
  /** `127.0.0.1:9092`, as KAFKA_BROKERS takes it. The topics of other specs are there too: name your own. */
  kafka: { brokers: string };
  /** `redis://127.0.0.1:6379`. Specs that do not run side by side share one: prefix your keys, put settings back. */
  redis: { url: string };
  /** `http://127.0.0.1:8081/apis/ccompat/v7`. The schemas of other specs are there too: name your own subjects. */
  registry: { url: string };
  /** Path of a Chromium that starts, for `chromium.launch({ executablePath })` of playwright-core. */
  chromium: { executablePath: string };
}

export type TierName = keyof TierServices;

/** What a tier's setup provides. */
export type ProvidedServices = Omit<TierServices, 'redis'> & {
  readonly redis: { readonly urls: readonly string[] };
};

export const TIER_NAMES: readonly TierName[] = ['kafka', 'redis', 'registry', 'chromium'];

declare module 'vitest' {
  interface ProvidedContext {
    kafka: Provided<ProvidedServices['kafka']>;
    redis: Provided<ProvidedServices['redis']>;
    registry: Provided<ProvidedServices['registry']>;
    chromium: Provided<ProvidedServices['chromium']>;
  }
}

export type Tier<Name extends TierName> = TierServices[Name] & {
  /** The reason, or undefined: made for `describe.skipIf(tier.skipped)`. */
  readonly skipped: string | undefined;
};

/**
 * What a describe block sees while it is collected in a skipped tier. Nothing connects to it; a test outside
 * of `skipIf` that does is told by the name (RFC 2606 keeps `.invalid` from ever resolving).
 */
const UNREACHABLE: TierServices = {
  kafka: { brokers: 'kafka-tier-skipped.invalid:9092' },
  redis: { url: 'redis://redis-tier-skipped.invalid:6379' },
  registry: { url: 'http://registry-tier-skipped.invalid/apis/ccompat/v7' },
  chromium: { executablePath: '/chromium-tier-skipped' },
};

/** On CI every tier runs: a machine that lost its Kafka must not look like one that passed. */
export function isTierRequired(): boolean {
  return process.env.CI === 'true';
}

/**
 * The service of a tier, at the top of a spec:
 *
 *     const kafka = useTier('kafka');
 *     describe.skipIf(kafka.skipped)('the transport', () => { … kafka.brokers … });
 *
 * @throws on CI, when the tier is not available, so that the spec counts as failed.
 */
export function useTier<Name extends TierName>(name: Name): Tier<Name> {
  const provided = inject(name) as Provided<ProvidedServices[Name]> | undefined;
  if (provided === undefined) {
    throw new Error(`the ${name} tier is not set up: this spec's project has no globalSetup for it`);
  }
  if (!('skipped' in provided)) return { ...serviceOf(name, provided), skipped: undefined };
  if (isTierRequired()) throw new Error(`the ${name} tier is required on CI: ${provided.skipped}`);
  return { ...UNREACHABLE[name], skipped: provided.skipped };
}

/** Of several servers the one of this worker, which runs one spec at a time. */
function serviceOf<Name extends TierName>(name: Name, provided: ProvidedServices[Name]): TierServices[Name] {
  if (!('urls' in provided)) return provided as TierServices[Name];
  const worker = Number(process.env.VITEST_POOL_ID);
  const url = provided.urls[(worker - 1) % provided.urls.length];
  if (url === undefined) throw new Error(`no server of the ${name} tier is for worker ${worker}`);
  return { url } as TierServices[Name];
}
