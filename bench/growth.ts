import { hundredths, table, whole } from './markdown.ts';
import type { Measurement } from './measure.ts';
import { headOf, type Results, type SetResults } from './results.ts';
import { median } from './statistics.ts';
import { type WorkloadName, workloadNames, workloads } from './workloads.ts';

type Contestant = 'hub' | 'limit';

const figure = (
  { records }: SetResults,
  name: WorkloadName,
  contestant: Contestant,
  of: (one: Measurement) => number,
) => median((records.measured.get(name)?.get(contestant) ?? []).map(of));

const cpu = ({ serverMs, postgresMs }: Measurement) => serverMs + postgresMs;

function workloadSection(sets: readonly SetResults[], name: WorkloadName): string {
  const first = sets[0]!;
  const rows = sets.map((set) => {
    const cost = (contestant: Contestant) => figure(set, name, contestant, cpu);
    const ratio = cost('hub') / figure(first, name, 'hub', cpu);
    return [
      `${whole(set.shape.villages)} / ${whole(set.shape.needs)} / ${whole(set.shape.pledges)}`,
      whole(figure(set, name, 'hub', ({ perSecond }) => perSecond)),
      hundredths(cost('hub')),
      `× ${hundredths(ratio)}`,
      whole(figure(set, name, 'limit', ({ perSecond }) => perSecond)),
      hundredths(cost('limit')),
    ];
  });
  const head = [
    'villages / needs / pledges',
    'Sinergi, /s',
    'its CPU, ms',
    'by the first',
    'limit, /s',
    'its CPU, ms',
  ];
  return [`## ${workloads[name].title}`, '', table(head, rows), ''].join('\n');
}

/** How the cost of each workload grows with the set; CPU is that of the server and PostgreSQL, a request. */
export function growthOf(results: Results): string {
  const { sets } = results;
  const names = workloadNames.filter((name) => sets[0]!.records.measured.has(name));
  return [
    '# How the cost grows',
    '',
    ...headOf('npm run bench -- --scale', results),
    '',
    ...names.map((name) => workloadSection(sets, name)),
  ].join('\n');
}
