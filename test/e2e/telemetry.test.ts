import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keeperIdOf } from '../../src/temporal/budgetLink.js';
import { handleOf } from '../../src/temporal/nightly/nightlySchedules.js';
import { encodedRuns } from '../support/encodedRuns.js';
import { documentedMetrics, metricsInCode, metricsOnPage } from '../support/metricCatalogue.js';
import { eventually } from '../support/eventually.js';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import { watchedMetrics } from '../support/promExpressions.js';
import { reportsOfJobs, reportsOfWindows } from '../support/learntReports.js';
import { logLines } from '../support/logLines.js';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../support/otlpReceiver.js';
import { ownPort } from '../support/ownPort.js';
import { runRosterline } from '../support/runRosterline.js';
import { secretsIn } from '../support/secretScan.js';
import { temporalServer } from '../support/temporalServer.js';

await temporalServer();

const run = promisify(execFile);
const MINUTES = 60_000;
const BULK = '/api/v2/workforcemanagement/adherence/historical/bulk';
const EXPORT = { datasets: ['adherence'], from: '2024-03-04', to: '2024-03-12', windowDays: { adherence: 1 } };

let rig: ExportRig;
let traces: OtlpReceiver;
let metricsUrl: string;
let healthUrl: string;
let logFile: string;

beforeAll(async () => {
  rig = await startExportRig('telemetry', {
    seed: 9,
    jobSeconds: 0.2,
    tokenLimitPerMinute: 300,
    units: [{ name: 'Leeds', timeZone: 'Europe/London', agents: 4 }],
  });
  logFile = join(rig.directory, 'worker.log');
  const file = join(rig.directory, 'rosterline.yaml');
  writeFileSync(
    file,
    "nightly: [{ name: all-units, at: '02:30', timeZone: Europe/London, datasets: [adherence], horizonDays: 0, lookBackDays: 0 }]\n",
  );
  traces = await otlpReceiver();
  const [metrics, health] = [await ownPort('127.0.0.1'), await ownPort('127.0.0.1')];
  metricsUrl = `http://127.0.0.1:${metrics}/metrics`;
  healthUrl = `http://127.0.0.1:${health}`;
  await rig.startWorker([], {
    ROSTERLINE_CONFIG: file,
    ROSTERLINE_METRICS_PORT: String(metrics),
    ROSTERLINE_HEALTH_PORT: String(health),
    ROSTERLINE_LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: traces.endpoint,
  });
  // Before anything is to fail; its figures are shown some seconds later.
  for (const verb of [['apply'], ['trigger', 'all-units']])
    expect(await runRosterline(['nightly', ...verb], { ...rig.environment, ROSTERLINE_CONFIG: file })).toMatchObject({
      code: 0,
    });
  await eventually('a night has ended', async () => {
    const { info } = await handleOf(rig.client, 'all-units').describe();
    const [night] = info.recentActions;
    if (!night) return false;
    const { workflowId, firstExecutionRunId } = night.action.workflow;
    await rig.client.workflow.getHandle(workflowId, firstExecutionRunId).result();
    return true;
  });
}, 5 * MINUTES);
afterAll(async () => {
  await rig.close();
  await traces.close();
}, MINUTES);

async function page(): Promise<string> {
  return await (await fetch(metricsUrl)).text();
}

describe('the health of a worker', () => {
  it('is live and ready, by words that tell nothing else', async () => {
    const ready = await eventually('it is ready', async () => {
      const answer = await fetch(`${healthUrl}/readyz`);
      return answer.ok ? await answer.text() : null;
    });
    const parts = { workers: 'ok', temporal: 'ok', genesys: 'ok', warehouse: 'ok', objects: 'ok' };
    expect(JSON.parse(ready)).toEqual({ ready: true, parts });
    const live = await fetch(`${healthUrl}/healthz`);
    expect([live.status, await live.json()]).toEqual([200, { live: true, parts: { process: 'ok', workers: 'ok' } }]);
  });
});

describe('the log of a worker', () => {
  it(
    'has no task token, no secret and no signed link in any byte, though activities log with all of them',
    async () => {
      // Temporal logs a failed activity with all that it knows of it.
      rig.simulator.addFault({ kind: 'status', method: 'POST', path: BULK, status: 503, body: {} });
      rig.simulator.addFault({ kind: 'throttle', method: 'GET', path: `${BULK}/jobs/`, retryAfter: 3 });
      expect(await rig.export(EXPORT, 'logged')).toMatchObject({ status: 'complete' });
      const withToken = logLines(logFile).filter((line) => 'taskToken' in line);
      expect(withToken.length).toBeGreaterThan(10);
      expect([...new Set(withToken.map(({ taskToken }) => taskToken))]).toEqual(['[hidden]']);
      expect(withToken.some(({ msg }) => /failed/.test(msg))).toBe(true);
      const bytes = readFileSync(logFile);
      // A task token names the workflow: so it is found by what is in it, however it is written.
      expect(
        encodedRuns(bytes.toString('latin1')).filter((text) => /export\/|historyExport|logged/.test(text)),
      ).toEqual([]);
      const { clientSecret } = rig.simulator;
      const tokens = Object.fromEntries(rig.simulator.accessTokens().map((token, index) => [`token ${index}`, token]));
      expect(secretsIn([{ name: 'the log', bytes }], { clientSecret, ...tokens })).toEqual([]);
      expect(bytes.toString('utf8')).not.toMatch(/Signature=|[?&]Expires=/);
    },
    MINUTES,
  );
});

describe('the traces of a worker', () => {
  it('have a span of each activity, those of one workflow in one trace, with the calls that it made', async () => {
    const ofWindow = await eventually('a window was traced to its seal', () => {
      const spans = traces.spans();
      const last = spans.find(({ name }) => name === 'RunActivity:sealWindow');
      const all = spans.filter(({ traceId }) => traceId === last?.traceId);
      return all.some(({ name }) => name === 'RunActivity:submitAdherenceJob') ? all : null;
    });
    const names = new Set(ofWindow.map(({ name }) => name));
    for (const step of ['submitAdherenceJob', 'pollAdherenceJob', 'landJobFile', 'loadWindow', 'sealWindow'])
      expect(names).toContain(`RunActivity:${step}`);
    expect(new Set(ofWindow.map((span) => attribute(span, 'temporalWorkflowId'))).size).toBe(1);
    const submitted = ofWindow.find(({ name }) => name === 'RunActivity:submitAdherenceJob');
    expect(submitted?.events).toContainEqual(
      expect.objectContaining({
        name: 'call answered',
        attributes: expect.arrayContaining([{ key: 'family', value: { stringValue: 'wfm-jobs' } }]),
      }),
    );
    const exports = traces.spans().filter((span) => attribute(span, 'temporalWorkflowId') === 'logged');
    expect(new Set(exports.map(({ traceId }) => traceId)).size).toBe(1);
    expect(exports[0]?.traceId).not.toBe(ofWindow[0]?.traceId);
  });

  it('hold no secret, no task token and no signed link', () => {
    const sent = traces.bodies.map((bytes, index) => ({ name: `body ${index}`, bytes }));
    expect(sent.length).toBeGreaterThan(0);
    const { clientSecret } = rig.simulator;
    const tokens = Object.fromEntries(rig.simulator.accessTokens().map((token, index) => [`token ${index}`, token]));
    expect(secretsIn(sent, { clientSecret, ...tokens })).toEqual([]);
    for (const { bytes } of sent) expect(bytes.toString('utf8')).not.toMatch(/taskToken|Signature=|[?&]Expires=/);
  });

  it('load nothing where nobody wants them', async () => {
    const loaded = await run(process.execPath, [
      '--input-type=module',
      '-e',
      `import module from 'node:module';
       const loaded = () => Object.keys(module._cache).filter((file) => file.includes('@opentelemetry')).length;
       await import('./dist/src/cli/workerParts.js');
       const before = loaded();
       await import('./dist/src/temporal/tracing/startTracing.js');
       process.stdout.write(JSON.stringify({ before, after: loaded() > 10 }));`,
    ]);
    expect(JSON.parse(loaded.stdout)).toEqual({ before: 0, after: true });
  });
});

describe('docs/metrics.md', () => {
  it('has each metric that the code makes, and no other', () => {
    expect([...documentedMetrics()].sort()).toEqual([...metricsInCode()].sort());
  });

  it(
    'has each metric that a worker offers, and a worker offers each that it has',
    async () => {
      const keeper = rig.client.workflow.getHandle(keeperIdOf(rig.simulator.clientId));
      await keeper.executeUpdate('setLimit', { args: [{ family: 'reads', rate: '90/min' }] });
      for (const { signal, report } of [...reportsOfWindows(20, 4_000, Date.now()), ...reportsOfJobs(Date.now())])
        await keeper.signal(signal, report);
      expect(await runRosterline(['live', 'start'], rig.environment)).toMatchObject({ code: 0 });
      const wanted = documentedMetrics();
      const offered = await eventually(
        'each metric has been offered',
        async () => {
          rig.simulator.notifications.move();
          const found = metricsOnPage(await page());
          return [...wanted].every((name) => found.has(name)) ? found : null;
        },
        40_000,
      ).catch(async () => metricsOnPage(await page()));
      expect([...offered].filter((name) => name.startsWith('rosterline_')).sort()).toEqual([...wanted].sort());
    },
    MINUTES,
  );

  it('has labels that name no person, unit, organisation, job or workflow of the organisation', async () => {
    const ours = (await page()).split('\n').filter((line) => line.startsWith('rosterline_'));
    const labels = new Set(ours.flatMap((line) => [...line.matchAll(/(\w+)="/g)].map(([, label]) => label)));
    for (const label of labels)
      expect(['family', 'le', 'status', 'kind', 'dataset', 'state', 'schedule', 'cause', 'fault']).toContain(label);
    const { clientId, clientSecret, units, organisationId } = rig.simulator;
    for (const name of [clientId, clientSecret, organisationId, ...units.flatMap(({ id, name: unit }) => [id, unit])])
      expect(ours.join('\n')).not.toContain(name);
  });
});

describe('the alert rules and the dashboard', () => {
  it('ask only for metrics of Temporal’s that a worker offers', async () => {
    // A step of a workflow fails where nobody knows the workflow.
    const unknown = await rig.client.workflow.start('nobodysWorkflow', {
      taskQueue: 'rosterline',
      workflowId: 'unknown',
    });
    const asked = watchedMetrics().filter((name) => name.startsWith('temporal_'));
    expect(asked.length).toBeGreaterThan(3);
    await eventually('each is offered', async () => {
      const found = metricsOnPage(await page());
      return asked.every((name) => found.has(name));
    });
    expect(await page()).toMatch(/temporal_workflow_task_execution_failed_total\{[^}]*failure_reason="WorkflowError"/);
    await unknown.terminate();
  });
});

function attribute(span: ReceivedSpan, name: string): string | undefined {
  return span.attributes.find(({ key }) => key === name)?.value.stringValue;
}
