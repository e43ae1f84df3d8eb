/** Writes the list of alerts at the top of docs/runbook.md from the chart's rules. `node scripts/runbook-alerts.ts`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Rules {
  readonly groups: readonly { readonly rules: readonly Partial<Alert>[] }[];
}

interface Alert {
  readonly alert: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

/** The page with its list made anew; each alert leads to the section of its name. */
export function withAlerts(page: string): string {
  const rows = ['rules.yaml', 'rules-injector.yaml']
    .flatMap(alertsOf)
    .map(
      ({ alert, labels, annotations }) =>
        `| [${alert}](#${alert.toLowerCase()}) | ${labels.severity} | ${inWords(annotations.summary)} |`,
    );
  const table = ['| alert | severity | says |', '| --- | --- | --- |', ...rows].join('\n');
  return page.replace(
    /(<!-- alerts: written by[^\n]*-->\n)[\s\S]*?(<!-- alerts end -->)/,
    (_, begin: string, end: string) => `${begin}${table}\n${end}`,
  );
}

function alertsOf(file: string): Alert[] {
  const text = readFileSync(new URL(`../charts/hookgate/files/${file}`, import.meta.url), 'utf8');
  const { groups } = parse(text) as Rules;
  return groups.flatMap(({ rules }) => rules).filter((rule): rule is Alert => rule.alert !== undefined);
}

/** In capitals what Helm and Prometheus fill in: N for a number, TIME for a duration, else the label's own name. */
function inWords(summary: string): string {
  return summary
    .replace(/__([A-Z]+(?:_[A-Z]+)*)__/g, (_, name: string) => name.replace('_TEXT', ''))
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => label.toUpperCase())
    .replace(/\{\{ \$value \| humanizeDuration \}\}/g, 'TIME')
    .replace(/\{\{ \$value[^}]*\}\}/g, 'N');
}

if (import.meta.main) {
  const page = new URL('../docs/runbook.md', import.meta.url);
  writeFileSync(page, withAlerts(readFileSync(page, 'utf8')));
}
