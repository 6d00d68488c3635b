import { setTimeout as sleep } from 'node:timers/promises';
import { type Delays, rowDelays, signalDelays } from './live/delays.js';
import { type LiveStage, startLiveStage } from './live/liveStage.js';
import { RowWatch } from './live/rowWatch.js';
import { signalsOf } from './live/signalsOf.js';
import { type Figure, machine, median, type Report } from './figures.js';

const EVENTS_A_SECOND = 20;
/** Trunks change so often beside that, and schedules half as often. */
const TRUNK_EVERY_SECONDS = 0.5;
const SECONDS = { full: 90, short: 15 } as const;
/** What is on its way at the end arrives. */
const AFTERWARDS_MS = 5_000;

/** How soon an event is a signal of the trunk sync, and a row that another process reads: a real Temporal server, a DuckDB file. */
export async function liveBench(form: Report['form'], say: (line: string) => void): Promise<Report> {
  const startedAt = Date.now();
  const seconds = SECONDS[form];
  const stage = await startLiveStage(say);
  try {
    const before = (await stage.control.messages()).length;
    const watch = new RowWatch(stage.store);
    await stage.control.setEventsPerSecond(EVENTS_A_SECOND);
    await stage.telephony.script(changes(stage, seconds));
    for (let left = seconds; left > 0; left -= 5) {
      say(`${EVENTS_A_SECOND} events a second, ${left} s to come`);
      await sleep(Math.min(left, 5) * 1000);
    }
    await stage.control.setEventsPerSecond(0);
    await sleep(AFTERWARDS_MS);
    await watch.end();
    const messages = (await stage.control.messages()).slice(before);
    const signals = signalDelays(messages, await signalsOf(stage.client, stage.sync.workflowId, stage.sync.runId));
    const rows = rowDelays(messages, watch.looks);
    const { gaps } = await stage.state();
    return {
      bench: 'live',
      form,
      about: {
        'events a second': EVENTS_A_SECOND,
        'for s': seconds,
        looks: watch.looks.length,
        'looks at a locked file': watch.locked,
      },
      table: {
        head: ['from an event to', 'events', 'median ms', '95 % ms', 'longest ms', 'never seen'],
        rows: [cells('its signal', signals), cells('its row, read by another process', rows)],
        right: [1, 2, 3, 4, 5],
      },
      figures: [
        ...figuresOf(signals, rows),
        ...(await truthOf(stage, watch)),
        { name: 'gaps met', value: gaps.met - 1, unit: '' },
      ],
      seconds: (Date.now() - startedAt) / 1000,
      machine: machine(),
    };
  } finally {
    await stage.close();
  }
}

/** Trunks go down and come back in turn; a schedule is edited now and then. */
function changes({ facts, businessUnitId }: LiveStage, seconds: number): { afterSeconds: number; event: object }[] {
  const bases = facts.trunkBases.map(({ id }) => id);
  const times = Math.floor(seconds / TRUNK_EVERY_SECONDS);
  return Array.from({ length: times }, (_, index) => {
    const afterSeconds = index * TRUNK_EVERY_SECONDS;
    if (index % 3 === 2) return { afterSeconds, event: { kind: 'schedules', businessUnitId, addAgents: 1 } };
    // Every second time around a trunk is back.
    const connected = Math.floor(index / bases.length) % 2 === 1;
    return { afterSeconds, event: { kind: 'trunks', trunkBaseIds: [bases[index % bases.length]], connected } };
  });
}

function cells(what: string, { ms, missing }: Delays): (string | number)[] {
  const sorted = [...ms].sort((one, other) => one - other);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
  return [what, sorted.length + missing, Math.round(median(sorted)), at(0.95), at(1), missing];
}

function figuresOf(signals: Delays, rows: Delays): Figure[] {
  return [
    { name: 'event to signal, median', value: median(signals.ms) / 1000, unit: 's', must: { atMost: 0.25 } },
    { name: 'event to row, median', value: median(rows.ms) / 1000, unit: 's', must: { atMost: 2 } },
    {
      name: 'events never seen',
      value: signals.missing + rows.missing,
      unit: '',
      must: { atMost: 0 },
      inEveryForm: true,
    },
  ];
}

/** How many agents' rows differ at the end from what they do. */
async function truthOf({ control }: LiveStage, { looks }: RowWatch): Promise<Figure[]> {
  const last = looks.at(-1)?.eventMs;
  const wrong = (await control.agents()).filter(
    ({ userId, routingStatus }) => last?.get(`routingStatus ${userId}`) !== Date.parse(routingStatus.startTime),
  );
  return [
    {
      name: 'statuses that are not the latest at the end',
      value: wrong.length,
      unit: '',
      must: { atMost: 0 },
      inEveryForm: true,
    },
  ];
}
