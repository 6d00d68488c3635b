import { setTimeout as sleep } from 'node:timers/promises';

/** What the loop was configured with. */
export interface LoopSettings {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly businessUnit: string;
  readonly site: string;
  readonly outboundRoute: string;
  readonly table: string;
  readonly trunkBases: readonly { readonly id: string; readonly carrier: string }[];
}

interface List {
  readonly entities: { id: string; trunkBase?: { id: string }; connectedStatus?: { connected?: boolean } }[];
}

interface Found {
  readonly result?: { readonly agentSchedules: readonly unknown[] };
}

/** Waits this long after any refusal, whatever `Retry-After` says. */
const RETRY_MS = 5000;
const WFM = 'workforcemanagement/businessunits';
const EDGES = 'telephony/providers/edges';

/** The loop of the first complaint: every event as it comes, all at once; reads the schedule, writes every trunk; again after 5 s. */
export async function startComplaintLoop(org: LoopSettings, stopped: AbortSignal): Promise<() => Promise<void>> {
  const basic = Buffer.from(`${org.clientId}:${org.clientSecret}`).toString('base64');
  const token = await fetch(`${org.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials',
  });
  const { access_token } = (await token.json()) as { access_token: string };
  const send = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${org.url}/api/v2/${path}`, {
      method,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  async function untilTaken<T>(method: string, path: string, body?: () => object | Promise<object>): Promise<T> {
    for (; ; await sleep(RETRY_MS)) {
      stopped.throwIfAborted();
      const answer = await send(method, path, await body?.());
      if (answer.ok) return (await answer.json()) as T;
      // A row that is not there yet is added; where another event was faster, it is there the next time.
      if (answer.status === 404) await send('POST', path.replace(/\/[^/]+$/, ''), await body?.());
    }
  }

  return async function onEvent(): Promise<void> {
    const today = new Date().toISOString();
    const search = { startDate: today, endDate: new Date(Date.now() + 86_400_000).toISOString() };
    const { entities: schedules } = await untilTaken<List>('GET', `${WFM}/${org.businessUnit}/weeks/recent/schedules`);
    const found = await untilTaken<Found>('POST', `${WFM}/${org.businessUnit}/agentschedules/search`, () => search);
    const { entities: trunks } = await untilTaken<List>('GET', `${EDGES}/trunks?trunkType=EXTERNAL&pageSize=100`);
    const down = trunks
      .filter(({ connectedStatus }) => !connectedStatus?.connected)
      .map(({ trunkBase }) => trunkBase?.id);
    const isUp = ({ id }: { id: string }): boolean => !down.includes(id);
    const route = `${EDGES}/sites/${org.site}/outboundroutes/${org.outboundRoute}`;
    const externalTrunkBases = org.trunkBases.filter(isUp).map(({ id }) => ({ id }));
    await Promise.all([
      untilTaken('PUT', route, async () => ({ ...(await untilTaken<object>('GET', route)), externalTrunkBases })),
      ...org.trunkBases.map(({ id, carrier }) =>
        untilTaken('PUT', `flows/datatables/${org.table}/rows/${id}`, () => ({
          ...{ key: id, carrier, schedule_id: schedules.at(-1)?.id, effective_from: today },
          ...{ agents_available: found.result?.agentSchedules.length, role: isUp({ id }) ? 'primary' : 'failover' },
        })),
      ),
    ]);
  };
}
