import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A query in PromQL, and where it stands. */
export interface Query {
  place: string;
  expr: string;
  /** `{{tier}}`: labels that its result is shown or told by. */
  shownLabels: string[];
}

/** `label="value"`, with the regular expression's own operators where it has some. */
export interface Matcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** A metric that a query asks for. */
export interface Selector {
  metric: string;
  matchers: Matcher[];
}

interface Panel {
  title: string;
  targets?: { expr: string; legendFormat?: string }[];
  panels?: Panel[];
}

interface Alerts {
  groups: { rules: { alert: string; expr: string; annotations: Record<string, string> }[] }[];
}

const ROOT = new URL('../../', import.meta.url);
export const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

const labelsIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, label]) => label!);

export function alertQueries(): Query[] {
  const { groups } = parse(read('deploy/prometheus/alerts.yml')) as Alerts;
  return groups
    .flatMap(({ rules }) => rules)
    .map(({ alert, expr, annotations }) => ({
      place: alert,
      expr,
      shownLabels: labelsIn(Object.values(annotations).join(' '), /\$labels\.(\w+)/g),
    }));
}

export function dashboardQueries(): Query[] {
  const { panels } = JSON.parse(read('deploy/grafana/dashboards/waybill.json')) as { panels: Panel[] };
  return panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ title, targets }) =>
      (targets ?? []).map(({ expr, legendFormat }) => ({
        place: `the panel ${title}`,
        expr,
        shownLabels: labelsIn(legendFormat ?? '', /\{\{\s*(\w+)\s*\}\}/g),
      })),
    );
}

/** The words of PromQL that are followed by neither a selector's braces nor a function's parenthesis. */
const KEYWORDS = new Set(['by', 'without', 'or', 'and', 'unless', 'on', 'ignoring', 'offset', 'bool']);

/** The metrics that a query asks for, without the labels that it groups by. */
export function selectorsOf(expr: string): Selector[] {
  const ungrouped = expr.replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '');
  return [...ungrouped.matchAll(/"[^"]*"|\b([a-zA-Z_:][\w:]*)\b(?!\s*\()(?:\s*\{([^}]*)\})?/g)]
    .filter(([, name]) => name !== undefined && !KEYWORDS.has(name) && !/^\d/.test(name))
    .filter(([, name]) => name!.includes('_') || name === 'up')
    .filter(([, name]) => !name!.startsWith('__'))
    .map(([, metric, matchers = '']) => ({
      metric: metric!,
      matchers: [...matchers.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(
        ([, label, operator, value]) => ({
          label: label!,
          operator: operator as Matcher['operator'],
          value: value!,
        }),
      ),
    }));
}

/** The labels that a query groups by. */
export function groupedLabels(expr: string): string[] {
  return [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, labels]) =>
    labels!
      .split(',')
      .map((label) => label.trim())
      .filter((label) => label !== ''),
  );
}
