import type { PlannedWrite, RouteDecision } from '../../domain/sync/roundDecision.js';
import type { SyncPlan } from '../../domain/sync/syncPlan.js';
import { labelled } from '../screenText.js';
import { rowDiff } from './rowDiff.js';
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
      ...(because ? labelled('held', because) : []),
    ]),
    ...decision.routes
      .filter(({ outboundRoute }) => !written.has(outboundRoute))
      .flatMap(({ name, why }) => ['', `route ${name}: stays as it is`, ...labelled('why', why)]),
    ...decision.drift.map(
      ({ outboundRoute, since }) => `\nroute ${names(outboundRoute)} was changed by hand, first seen ${instant(since)}`,
    ),
    '',
    `${count(writes.send.length, 'write')} (${kindsText(writes.send)}) would be sent, ${held.length} held back; none was sent`,
  ];
}

function writeText(write: PlannedWrite, names: (id: string) => string): string[] {
  const lane = write.lane === 'failover' ? '  [failover: goes first]' : '';
  const why = labelled('why', write.why);
  if (write.kind === 'route')
    return [
      `route ${write.before.name}${lane}`,
      ...labelled('-', write.before.trunkBaseIds.map(names).join(' · ') || 'nothing'),
      ...labelled('+', write.after.map(names).join(' · ')),
      ...why,
    ];
  if (write.kind === 'campaign')
    return [
      `campaign ${write.id}`,
      ...labelled('-', write.before === null ? 'no line count' : `${write.before} lines`),
      ...labelled('+', `${write.after} lines`),
      ...why,
    ];
  return [
    `row of ${names(write.id)}${lane}`,
    ...labelled(write.before === null ? '+' : '±', rowDiff(write.before, write.after)),
    ...why,
  ];
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
