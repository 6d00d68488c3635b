import { startSimulator } from '../../src/simulator/startSimulator.js';

type Simulator = Awaited<ReturnType<typeof startSimulator>>;
type Options = NonNullable<Parameters<typeof startSimulator>[0]>;

export const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
export const AGGREGATES = '/api/v2/analytics/users/aggregates/query';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, never> & { [key: string]: unknown };
}

interface JobBody {
  readonly job: { readonly id: string; readonly status: string };
  readonly downloadUrls: string[];
}

/** Plain HTTP calls to a simulator, as somebody would make them who only has the API's documentation. */
export interface SimulatorCalls {
  readonly simulator: Simulator;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  /** Any other method. */
  send(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Makes a bulk adherence job of one item. */
  makeJob(item: Record<string, unknown>, timeZone: string): Promise<JobBody>;
  readJob(jobId: string): Promise<JobBody>;
  /** Reads a job until it is no longer processing. */
  finishedJob(jobId: string): Promise<JobBody>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
}

/** Starts a simulator, whose jobs take no time unless told, and logs in. */
export async function simulatorCalls(options: Options = {}): Promise<SimulatorCalls> {
  const simulator = await startSimulator({ jobSeconds: 0, ...options });
  return callsOf(simulator, await login(simulator, simulator));
}

/** The calls of one OAuth client. */
export function callsOf(simulator: Simulator, token: string): SimulatorCalls {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const get = async (path: string): Promise<Answer> => await answer(fetch(simulator.url + path, { headers }));
  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const { authorization } = headers;
    const sent = body === undefined ? { headers: { authorization } } : { headers, body: JSON.stringify(body) };
    return await answer(fetch(simulator.url + path, { method, ...sent }));
  };
  const post = async (path: string, body: unknown): Promise<Answer> => await send('POST', path, body);
  const readJob = async (jobId: string): Promise<JobBody> =>
    (await get(`${BULK}/jobs/${jobId}`)).body as unknown as JobBody;
  return {
    simulator,
    get,
    post,
    send,
    readJob,
    makeJob: async (item, timeZone) => (await post(BULK, { items: [item], timeZone })).body as unknown as JobBody,
    finishedJob: async (jobId) => {
      for (;;) {
        const job = await readJob(jobId);
        if (job.job.status !== 'Processing') return job;
      }
    },
    control: async (method, path, body) => {
      const json = body === undefined ? {} : { headers, body: JSON.stringify(body) };
      const text = await (await fetch(`${simulator.controlUrl}/${path}`, { method, ...json })).text();
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
  };
}

/** An access token for client credentials. */
export async function login(
  simulator: Simulator,
  client: { readonly clientId: string; readonly clientSecret: string },
): Promise<string> {
  const { body } = await tryLogin(simulator, client);
  return String(body['access_token']);
}

export async function tryLogin(
  simulator: Simulator,
  client: { readonly clientId: string; readonly clientSecret: string },
): Promise<Answer> {
  const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
  return await answer(
    fetch(`${simulator.url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    }),
  );
}

async function answer(sent: Promise<Response>): Promise<Answer> {
  const response = await sent;
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson && text !== '' ? JSON.parse(text) : { text }) as Answer['body'],
  };
}
