import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/simulator/data/seededRandom.js';
import { eventually } from '../support/eventually.js';
import type { SyncHandle } from '../support/syncEnvironment.js';
import { befallListener } from './befallListener.js';
import type { Check } from './checks.js';
import { historyChecks } from './checks.js';
import { carriedAgain, covers, differences, isNear, unheardIn, whole, WHOLE_WITHIN_MS } from './listenerJudgement.js';
import { feedId, type ListenerSite, startListenerSite } from './listenerSite.js';
import { type DrawnListenerStrike, drawListenerStrikes, type ListenerStrike } from './listenerStrikes.js';
import { happens, settled, startSync, through } from './signalledSync.js';

/** What a run of the listener's profile is made of. */
export interface ListenerPlan {
  readonly seed: number;
  readonly strikes: number;
  readonly eventsPerSecond: number;
  /** Those to draw from. (Default: all) */
  readonly kinds?: readonly ListenerStrike[];
  /** Whether a trunk sync runs, and must be right by the feed's signals alone. */
  readonly sync: boolean;
}

/** What one strike came to. Milliseconds. */
export interface StruckListener {
  readonly kind: ListenerStrike;
  /** From the strike until a channel carried every topic again. */
  readonly reconnectedMs: number;
  /** From the strike until the feed said that it was whole. */
  readonly wholeMs: number;
  /** From then until every row was as it is, with nothing moving. */
  readonly rightMs: number;
  /** Messages that nobody heard. */
  readonly unheard: number;
  readonly problems: readonly string[];
}

/** What a run came to. */
export interface ListenerReport {
  readonly ok: boolean;
  readonly seed: number;
  readonly strikes: readonly StruckListener[];
  readonly published: number;
  readonly gaps: number;
  readonly takeOvers: number;
  readonly checks: readonly Check[];
  readonly directory: string | null;
}

/** Within this, somebody must listen again. */
const MOST_RECONNECT_MS = 15_000;
/** Who answers pings and says nothing is only known by the heartbeat that does not come, after 35 s. */
const MOST_DEAF_MS = 45_000;
/** Rows are gathered before they are written, and a busy machine takes its time. */
const RIGHT_WITHIN_MS = 10_000;
/** Somebody listens on all the while, or what was lost is no matter of the socket. */
const GOES_ON: readonly ListenerStrike[] = ['closing', 'temporal', 'garbled'];

/**
 * Lets agents move at a rate, and strikes at whoever listens to them, again and again: each time somebody must listen again within 15 s,
 * and once the feed says that it is whole, every row must be as the simulator has it, what nobody heard must lie in a gap, and no older
 * listener may have written after a newer one had taken over.
 */
export async function runListener(plan: ListenerPlan, say: (line: string) => void): Promise<ListenerReport> {
  const site = await startListenerSite(plan.seed);
  let ok = false;
  try {
    const { simulator, client } = site.rig;
    const sync = plan.sync ? await startSync(site.rig) : null;
    await client.workflow.start('liveFeed', { taskQueue: 'rosterline', workflowId: feedId(site.rig), args: [] });
    await whole(site, 0);
    simulator.notifications.setEventsPerSecond(plan.eventsPerSecond);
    const topics = new Set(simulator.notifications.channels().flatMap((channel) => channel.topics));
    const struck: StruckListener[] = [];
    for (const drawn of drawListenerStrikes(plan.seed, plan.strikes, plan.kinds)) {
      await sleep(drawn.afterMs);
      const one = await strike({ site, sync, topics, drawn, index: struck.length, plan });
      struck.push(one);
      say(lineOf(struck.length, one));
    }
    const checks = await checksOf(site, plan, topics, struck);
    ok = checks.every((check) => check.ok);
    const feed = await site.rows.feed();
    return {
      ok,
      seed: plan.seed,
      strikes: struck,
      published: simulator.notifications.counts().published,
      gaps: (await site.rows.gaps()).length,
      takeOvers: feed?.takeOver ?? 0,
      checks,
      directory: ok ? null : site.directory,
    };
  } finally {
    await site.stop(!ok);
    if (!ok) say(`kept: ${site.directory}`);
  }
}

interface Striking {
  readonly site: ListenerSite;
  readonly sync: SyncHandle | null;
  readonly topics: ReadonlySet<string>;
  readonly drawn: DrawnListenerStrike;
  readonly index: number;
  readonly plan: ListenerPlan;
}

async function strike({ site, sync, topics, drawn, index, plan }: Striking): Promise<StruckListener> {
  const { simulator } = site.rig;
  const { notifications } = simulator;
  const first = notifications.counts().published + 1;
  const before = (await site.rows.feed())?.takeOver ?? 0;
  const atMs = Date.now();
  const afterwards = await befallListener(site, drawn.kind);
  const struckMs = drawn.kind === 'temporal' ? atMs : Date.now();
  const isChanged = drawn.changes && sync !== null;
  if (isChanged) happens(simulator, seededRandom(plan.seed, 'changes', index), index);
  const reconnectedAtMs = await eventually(
    'a channel that carries every topic',
    () =>
      GOES_ON.includes(drawn.kind) && drawn.kind !== 'closing' ? struckMs : carriedAgain(simulator, topics, struckMs),
    WHOLE_WITHIN_MS,
  );
  await afterwards?.();
  // Before the feed knows what befell it, it says that it is whole.
  if (drawn.kind === 'garbled' || !GOES_ON.includes(drawn.kind))
    await eventually('a gap that tells of it', async () =>
      (await site.rows.gaps()).some((gap) =>
        // Those that follow each other are one gap.
        drawn.kind === 'garbled' ? gap.cause === 'unreadable' && (gap.toMs ?? Infinity) > atMs : covers(gap, struckMs),
      ),
    );
  await whole(site, drawn.kind === 'worker' || drawn.kind === 'frozen' ? before + 1 : before);
  const wholeMs = Date.now() - struckMs;

  notifications.setEventsPerSecond(0);
  const problems: string[] = [];
  const sinceMs = Date.now();
  const differing = await differences(site, sinceMs + RIGHT_WITHIN_MS);
  const rightMs = Date.now() - sinceMs;
  if (differing !== null) problems.push(`rows differ: ${differing}`);
  const late = await site.rows.writtenByTwo();
  if (late > 0) problems.push(`${late} rows were written by a listener that had been taken over from`);
  if (isChanged) await settled(sync).catch((error: unknown) => problems.push(String(error)));
  notifications.setEventsPerSecond(plan.eventsPerSecond);

  const gaps = await site.rows.gaps();
  const unheard = unheardIn(notifications.messages(first), topics);
  const outside = unheard.filter((message) => !gaps.some((gap) => covers(gap, message.atMs)));
  if (outside.length > 0) {
    const [one] = outside;
    problems.push(
      `${outside.length} messages that nobody heard lie in no gap, the first at ${one?.atMs} of ${one?.topic}`,
    );
  }
  const ofIt = gaps.filter((gap) => covers(gap, atMs) || covers(gap, struckMs));
  const isBounded = ofIt.some((gap) => isNear(gap.fromMs, atMs) && isNear(gap.toMs, reconnectedAtMs));
  if (!GOES_ON.includes(drawn.kind) && !isBounded)
    problems.push(`no gap tells of it from ${atMs} to ${reconnectedAtMs}: ${JSON.stringify(gaps.slice(-2))}`);
  const reconnectedMs = reconnectedAtMs - struckMs;
  if (reconnectedMs > mostOf(drawn.kind)) problems.push(`nobody listened for ${reconnectedMs} ms`);
  return { kind: drawn.kind, reconnectedMs, wholeMs, rightMs, unheard: unheard.length, problems };
}

function mostOf(kind: ListenerStrike): number {
  return kind === 'deaf' ? MOST_DEAF_MS : MOST_RECONNECT_MS;
}

async function checksOf(
  { rig, rows, workers }: ListenerSite,
  plan: ListenerPlan,
  topics: ReadonlySet<string>,
  struck: readonly StruckListener[],
): Promise<Check[]> {
  const slowest = Math.max(...struck.filter(({ kind }) => kind !== 'deaf').map(({ reconnectedMs }) => reconnectedMs));
  const problems = struck.flatMap((one, at) => one.problems.map((problem) => `${at + 1} ${one.kind}: ${problem}`));
  const unheard = unheardIn(rig.simulator.notifications.messages(), topics).length;
  // The feed hears of what its listener wrote some moments later.
  const isTold = await eventually('the feed has heard that it is whole', async () => {
    const handle = rig.client.workflow.getHandle(feedId(rig));
    const state = await through(() => handle.query<{ whole: boolean; gaps: { open: number } }>('state'));
    return state.whole && state.gaps.open === 0;
  }).catch(() => false);
  const endedAtWork = workers.reduce((sum, worker) => sum + worker.endedAtWork, 0);
  const open = (await rows.gaps()).filter(({ recoveredMs }) => recoveredMs === null);
  return [
    {
      name: 'strikes',
      ok: struck.length === plan.strikes && problems.length === 0,
      found: `${struck.length}, problems: ${problems.length} ${problems.slice(0, 3).join('; ')}`,
    },
    { name: 'reconnected or taken over', ok: slowest <= MOST_RECONNECT_MS, found: `${slowest} ms at most` },
    { name: 'messages that nobody heard', ok: unheard > 0, found: `${unheard}, each in a gap` },
    { name: 'open gaps at the end', ok: open.length === 0 && isTold, found: `${open.length}, told: ${isTold}` },
    { name: 'workers that ended at their work', ok: endedAtWork === 0, found: String(endedAtWork) },
    ...(await historyChecks(rig)),
  ];
}

function lineOf(number: number, { kind, reconnectedMs, wholeMs, rightMs, unheard, problems }: StruckListener): string {
  const figures = `listened to again after ${reconnectedMs} ms, whole after ${wholeMs} ms, right ${rightMs} ms later`;
  return [
    `${number}  ${kind.padEnd(8)} ${figures}, ${unheard} unheard`,
    ...problems.map((problem) => `  FAIL  ${problem}`),
  ].join('\n');
}
