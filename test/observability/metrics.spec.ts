import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../e2e/api.js';
import { databaseErrors } from '../support/database-errors.js';
import { useTier } from '../support/tiers.js';
import type { WaybillProcess } from '../support/waybill-process.js';
import { startBusyProgram } from './busy-program.js';
import { type Exposition, familyOf, parseExposition, type Sample } from './exposition.js';
import {
  alertQueries,
  dashboardQueries,
  groupedLabels,
  type Matcher,
  read,
  type Selector,
  selectorsOf,
} from './queries.js';

const kafka = useTier('kafka');
const redis = useTier('redis');

/** What others measure: Prometheus itself, and the exporters of `docker-compose.yml`. */
const OF_OTHERS = new Set(['up', 'pg_up', 'kafka_consumergroup_lag']);
/** Labels that Prometheus gives to what it scrapes. */
const OF_THE_SCRAPE = new Set(['job', 'instance']);
/** Names of ours that are no metrics. */
const NO_METRICS = new Set(['waybill_dead_letter_id', 'waybill_edited_dead_letter_id']);

const QUERIES = [...alertQueries(), ...dashboardQueries()];
const DOCUMENTS = [
  'README.md',
  ...readdirSync(new URL('../../docs', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Names of metrics by the document that has them. `waybill_consumer_…` is short for several. */
const NAMED = DOCUMENTS.flatMap((document) =>
  [...read(document).matchAll(/\bwaybill_[a-z_]+[a-z](?!\w|_?…)/g)].map(([name]) => ({ document, name })),
).filter(({ name }) => !NO_METRICS.has(name));

/** The metrics that `operations.md` lists, with their labels. */
const LISTED = new Map(
  [...read('docs/operations.md').matchAll(/^\| (`waybill_[^|]+)\|([^|]*)\|/gm)].flatMap(([, names, labels]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => [
      name!,
      [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!).sort(),
    ]),
  ),
);

const isOurs = ({ metric }: Selector): boolean => !OF_OTHERS.has(metric);

/** The values that a matcher speaks of, whether it wants them or not; those of `[45]..` are not spelt out. */
function valuesOf({ operator, value }: Matcher): string[] {
  if (!operator.endsWith('~')) return [value];
  return /^[\w|/-]+$/.test(value) ? value.split('|') : [];
}

function accepts({ label, operator, value }: Matcher, { labels }: Sample): boolean {
  const own = labels[label] ?? '';
  const equal = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(own) : own === value;
  return operator.startsWith('!') ? !equal : equal;
}

describe.skipIf(kafka.skipped ?? redis.skipped)(
  'the metrics of a program that has done some of everything',
  () => {
    let waybill: WaybillProcess;
    let shown: Exposition;

    beforeAll(async () => {
      waybill = await startBusyProgram(kafka.brokers, redis.url);
      shown = parseExposition((await ask(`${waybill.url}/metrics`)).text);
    });
    afterAll(() => waybill.stop());

    const samplesOf = (metric: string): Sample[] =>
      shown.samples.filter(({ name }) => name === metric || familyOf(name, shown) === metric);

    it('are looked for by queries and documents that are read', () => {
      expect(alertQueries().flatMap(({ expr }) => selectorsOf(expr)).length).toBeGreaterThan(8);
      expect(dashboardQueries().flatMap(({ expr }) => selectorsOf(expr)).length).toBeGreaterThan(25);
      expect(NAMED.length).toBeGreaterThan(20);
      expect(LISTED.size).toBeGreaterThan(18);
    });

    it('have a sample under every name that a document has', () => {
      expect(NAMED.filter(({ name }) => samplesOf(name).length === 0)).toEqual([]);
    });

    it('have samples of all labels and values that alerts and dashboards select', () => {
      const faults: string[] = [];
      for (const { place, expr } of QUERIES) {
        for (const { metric, matchers } of selectorsOf(expr).filter(isOurs)) {
          const own = matchers.filter(
            ({ label, value }) => !OF_THE_SCRAPE.has(label) && !value.includes('$'),
          );
          const samples = shown.samples.filter(({ name }) => name === metric);
          const chosen = samples.filter((sample) => own.every((matcher) => accepts(matcher, sample)));
          if (chosen.length === 0) faults.push(`${place}: nothing is selected by ${metric} in ${expr}`);
          for (const matcher of own) {
            for (const value of valuesOf(matcher)) {
              if (samples.some(({ labels }) => labels[matcher.label] === value)) continue;
              faults.push(`${place}: ${metric} has no ${matcher.label}="${value}"`);
            }
          }
        }
      }
      expect(faults).toEqual([]);
    });

    it('have the labels that alerts and dashboards group and tell by', () => {
      const faults: string[] = [];
      for (const { place, expr, shownLabels } of QUERIES) {
        const selectors = selectorsOf(expr);
        const grouped = groupedLabels(expr);
        for (const label of grouped) {
          if (OF_THE_SCRAPE.has(label)) continue;
          for (const { metric } of selectors.filter(isOurs)) {
            const samples = shown.samples.filter(({ name }) => name === metric);
            if (!samples.every(({ labels }) => label in labels))
              faults.push(`${place}: ${metric} has no ${label}`);
          }
        }
        const isAggregated = /\b(sum|max|min|avg|count)\b/.test(expr);
        for (const label of shownLabels) {
          if (grouped.includes(label) || (!isAggregated && OF_THE_SCRAPE.has(label))) continue;
          faults.push(`${place}: its result has no ${label}`);
        }
      }
      expect(faults).toEqual([]);
    });

    it('are listed in operations.md, each with its labels', () => {
      const ours = shown.families.filter((name) => name.startsWith('waybill_'));
      const labels = new Map(
        ours.map((family) => {
          const names = samplesOf(family).flatMap((sample) => Object.keys(sample.labels));
          return [family, [...new Set(names)].filter((label) => label !== 'le').sort()];
        }),
      );
      expect(Object.fromEntries(LISTED)).toEqual(Object.fromEntries(labels));
    });

    it('could all be read, and PostgreSQL has logged no error meanwhile', () => {
      const failures = samplesOf('waybill_metric_failures_total');
      expect(failures.length).toBeGreaterThan(5);
      expect(failures.filter(({ value }) => value > 0)).toEqual([]);
      expect(waybill.output()).not.toContain('a metric cannot be read');
      expect(databaseErrors(waybill.dataDir)).toEqual([]);
    });
  },
);
