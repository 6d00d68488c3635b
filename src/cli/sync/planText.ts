import type { MetadataRow } from '../../domain/sync/syncFacts.js';
import type { PlannedWrite, RouteDecision } from '../../domain/sync/roundDecision.js';
import type { SyncPlan } from './showPlan.js';
import { count, instant } from './statusText.js';

const HELD: Readonly<Record<string, string>> = {
  observing: "the policy is not enabled yet ('rosterline sync enable')",
  tooMany: "more writes than maxWritesPerRound ('rosterline sync approve')",
  massFailure: "more than half of the route's trunks failed at once ('rosterline sync approve')",
  rowWrittenLately: 'its row was written less than a minute ago',
};

const KINDS = ['route', 'row', 'campaign'] as const;

/** What a plan would write, as a diff: what goes with `-`, what comes with `+`, and why. Then routes that stay as they are, and why. */
export function planText({ decision, writes }: SyncPlan): string[] {
  const names = namesIn(decision.routes);
  const held = writes.held.map(({ write, because }) => ({ write, because: HELD[because] ?? because }));
  const all = [...writes.send.map((write) => ({ write, because: null })), ...held];
  const written = new Set(all.filter(({ write }) => write.kind === 'route').map(({ write }) => write.id));
  return [
    `for ${instant(decision.from)} to ${instant(decision.to)}`,
    ...all.flatMap(({ write, because }) => [
      '',
      ...writeText(write, names),
      ...(because ? [`  held: ${because}`] : []),
    ]),
    ...decision.routes
      .filter(({ outboundRoute }) => !written.has(outboundRoute))
      .flatMap(({ name, why }) => ['', `route ${name}: stays as it is`, `  ${why}`]),
    ...decision.drift.map(
      ({ outboundRoute, since }) => `\nroute ${names(outboundRoute)} was changed by hand, first seen ${instant(since)}`,
    ),
    '',
    `${count(writes.send.length, 'write')} (${kindsText(writes.send)}) would be sent, ${held.length} held back; none was sent`,
  ];
}

function writeText(write: PlannedWrite, names: (id: string) => string): string[] {
  const lane = write.lane === 'failover' ? '  [failover: goes first]' : '';
  if (write.kind === 'route')
    return [
      `route ${write.before.name}${lane}`,
      `  - ${write.before.trunkBaseIds.map(names).join(' · ')}`,
      `  + ${write.after.map(names).join(' · ')}`,
      `  ${write.why}`,
    ];
  if (write.kind === 'campaign')
    return [
      `campaign ${write.id}`,
      `  - ${write.before === null ? 'no line count' : `${write.before} lines`}`,
      `  + ${write.after} lines`,
      `  ${write.why}`,
    ];
  return [`row of ${names(write.id)}${lane}`, ...rowDiff(write.before, write.after), `  ${write.why}`];
}

/** The columns that differ; a new row has them all. The hash follows from the others. */
function rowDiff(before: MetadataRow | null, after: MetadataRow): string[] {
  const columns = (Object.keys(after) as (keyof MetadataRow)[]).filter(
    (column) => column !== 'key' && column !== 'content_hash' && before?.[column] !== after[column],
  );
  const shown = (row: MetadataRow): string => columns.map((column) => `${column} ${row[column]}`).join(', ');
  return [...(before ? [`  - ${shown(before)}`] : ['  - no readable row']), `  + ${shown(after)}`];
}

/** Names of routes and trunk bases by id; an id that has none is its own. */
function namesIn(routes: readonly RouteDecision[]): (id: string) => string {
  const names = new Map(
    routes.flatMap(({ outboundRoute, name, trunks }) => [
      [outboundRoute, name] as const,
      ...trunks.map((trunk) => [trunk.trunkBase, trunk.name] as const),
    ]),
  );
  return (id) => names.get(id) ?? id;
}

function kindsText(writes: readonly PlannedWrite[]): string {
  return KINDS.map((kind) => count(writes.filter((write) => write.kind === kind).length, kind)).join(', ');
}
