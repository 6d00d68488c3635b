import { ACCESS_RIGHTS, missingRightText, neededText } from '../../domain/accessRights.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import { chooseUnits } from '../../domain/chooseUnits.js';
import type { DatasetName } from '../../domain/exportWindow.js';
import { Failure } from '../../domain/failure.js';
import type { LiveSettings } from '../../domain/live/liveSettings.js';
import type { GenesysClient } from '../../genesys/genesysClient.js';
import type { ManagementUnit } from '../../genesys/structureCalls.js';
import { afterShortWait, answered, pastPermission, settled, valueOf } from './callOutcome.js';
import { hostTrouble } from './hostTrouble.js';
import { checkLive, skipLive } from './liveChecks.js';
import { checkSchedules, skipSchedules } from './scheduleChecks.js';

/** What the checks of Genesys go by. */
export interface GenesysChecksOptions {
  readonly client: GenesysClient;
  readonly apiUrl: string;
  readonly loginUrl: string;
  readonly datasets: readonly DatasetName[];
  /** Units by id or exact name; undefined is all of them. */
  readonly units: readonly string[] | undefined;
  /** What a live feed listens to; null where none is configured. */
  readonly live: LiveSettings | null;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
}

/** What Genesys said of the organisation; null where it could not be asked. */
export interface CheckedOrganisation {
  readonly organisation: { readonly id: string; readonly name: string } | null;
  readonly units: readonly ManagementUnit[] | null;
}

/** A user that exists nowhere, to ask analytics about where no user is known. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * Login, then each call that the chosen exports make, once: at most seven calls of the API, ten with schedules, three more for a live feed, each the cheapest that needs its
 * permission. They create nothing and change nothing; docs/limits.md has the reasoning.
 */
export async function checkGenesys(list: Checklist, options: GenesysChecksOptions): Promise<CheckedOrganisation> {
  const { client, apiUrl, loginUrl, now } = options;
  const host = (url: string) => new URL(url).host;
  const trouble = (error: unknown, url: string) => hostTrouble(error, url, options.env);
  const waiting = async <T>(call: () => Promise<T>): Promise<T> => await afterShortWait(call, now);
  const none = { organisation: null, units: null };

  const login = await settled(waiting(() => client.login()));
  const loginHost = await list.look('login host', `an answer from ${host(loginUrl)}`, () => {
    const why = login.error === undefined ? null : trouble(login.error, loginUrl);
    if (why !== null) throw new Error(why);
    return { value: true, message: `${host(loginUrl)} answers` };
  });
  const tokenNeeded = 'id and secret of an OAuth client with the grant Client Credentials';
  if (loginHost === null) {
    list.skip('token', tokenNeeded, 'the login host does not answer');
    skipCalls(list, options, 'there is no token');
    return none;
  }
  const token = await list.look('token', tokenNeeded, () => {
    valueOf(login);
    return { value: true, message: 'the OAuth client may log in' };
  });
  if (token === null) {
    skipCalls(list, options, 'there is no token');
    return none;
  }

  const asked = await settled(waiting(() => client.organization()));
  const apiHost = await list.look('API host', `an answer from ${host(apiUrl)}`, () => {
    const why = asked.error === undefined ? null : trouble(asked.error, apiUrl);
    if (why !== null) throw new Error(why);
    return { value: true, message: `${host(apiUrl)} answers` };
  });
  if (apiHost === null) {
    skipCalls(list, options, 'the API host does not answer', 1);
    return none;
  }
  const organisation = await list.look('organisation', neededText(ACCESS_RIGHTS.organization), () => {
    const { value } = valueOf(asked);
    return { value, message: `${value.name} (${value.id})` };
  });
  const units = await checkStructure(list, options, waiting);
  return { organisation, units };
}

async function checkStructure(
  list: Checklist,
  { client, datasets, units: wanted, live, now }: GenesysChecksOptions,
  waiting: <T>(call: () => Promise<T>) => Promise<T>,
): Promise<ManagementUnit[] | null> {
  await list.look('business units', neededText(ACCESS_RIGHTS.businessUnits), () =>
    answered(
      waiting(() => client.businessUnits()),
      (found) => `${found.length} visible`,
    ),
  );
  const listed = await settled(waiting(() => client.managementUnits()));
  const visible = await list.look('management units', neededText(ACCESS_RIGHTS.managementUnits), () =>
    visibleUnits(valueOf(listed).value),
  );
  const chosen =
    visible === null || wanted === undefined
      ? visible
      : await list.look('chosen units', 'management units of these ids or exact names', () =>
          chosenUnits(visible, wanted),
        );
  const first = chosen?.[0];
  const because = 'no management unit is known';
  let userId: string | undefined;
  if (first === undefined) {
    list.skip('users', neededText(ACCESS_RIGHTS.managementUnitUsers), because);
    list.skip('activity codes', neededText(ACCESS_RIGHTS.activityCodes), because);
    if (datasets.includes('adherence'))
      list.skip('adherence jobs', neededText(ACCESS_RIGHTS.createAdherenceJob), because);
    if (datasets.includes('schedules')) skipSchedules(list, because);
  } else {
    const users = await list.look('users', neededText(ACCESS_RIGHTS.managementUnitUsers), () =>
      answered(
        waiting(() => client.managementUnitUsers(first.id)),
        (found) => `${found.length} in ${first.name}`,
      ),
    );
    userId = users?.[0]?.id;
    await list.look('activity codes', neededText(ACCESS_RIGHTS.activityCodes), () =>
      answered(
        waiting(() => client.activityCodes(first.businessUnitId)),
        (found) => `${found.length} in its business unit`,
      ),
    );
    if (datasets.includes('adherence'))
      await list.look('adherence jobs', neededText(ACCESS_RIGHTS.createAdherenceJob), () =>
        pastPermission(
          waiting(() => client.createAdherenceJob(emptyJob(first, now()))),
          'jobs may be created; none was',
        ),
      );
    if (datasets.includes('schedules')) await checkSchedules(list, { client, now }, first, waiting);
  }
  if (datasets.includes('occupancy'))
    await list.look('occupancy queries', neededText(ACCESS_RIGHTS.usersAggregates), () =>
      pastPermission(
        waiting(() => client.usersAggregates(halfHourOf(userId ?? NOBODY, now()))),
        'routing-status times may be asked for',
      ),
    );
  if (live !== null) await checkLive(list, client, live, userId, waiting);
  return listed.error === undefined ? listed.value.value : null;
}

function visibleUnits(all: readonly ManagementUnit[]): Found<readonly ManagementUnit[]> {
  if (all.length === 0)
    throw new Failure(
      'Forbidden',
      `Genesys lists none for this OAuth client. ${missingRightText(ACCESS_RIGHTS.managementUnits, '')}`,
    );
  return { value: all, message: namesOf(all) };
}

function chosenUnits(all: readonly ManagementUnit[], wanted: readonly string[]): Found<readonly ManagementUnit[]> {
  const ids = chooseUnits(all, { managementUnits: [...wanted] }).map(({ id }) => id);
  const units = all.filter(({ id }) => ids.includes(id));
  return { value: units, message: namesOf(units) };
}

function namesOf(units: readonly ManagementUnit[]): string {
  const names = units.slice(0, 3).map(({ name }) => name);
  const more = units.length > names.length ? `, and ${units.length - names.length} more` : '';
  return `${units.length}: ${names.join(', ')}${more}`;
}

/**
 * A job over no time at all, which Genesys refuses with 400 once it has seen that the client may ask.
 *
 * Reading a job needs no permission, so that no such call would show one missing.
 */
function emptyJob(unit: ManagementUnit, nowMs: number) {
  const instant = new Date(startOfDayMs(nowMs)).toISOString();
  return {
    managementUnitId: unit.id,
    startDate: instant,
    endDate: instant,
    timeZone: unit.timeZone,
    includeExceptions: false,
    includeActuals: false,
  };
}

/** The first half hour of yesterday (UTC) for one user. */
function halfHourOf(userId: string, nowMs: number) {
  const startMs = startOfDayMs(nowMs);
  return {
    startAt: new Date(startMs).toISOString(),
    endAt: new Date(startMs + 30 * 60_000).toISOString(),
    granularity: 'PT30M' as const,
    timeZone: 'UTC',
    userIds: [userId],
  };
}

/** Midnight UTC at which yesterday began. */
function startOfDayMs(nowMs: number): number {
  const DAY_MS = 86_400_000;
  return (Math.floor(nowMs / DAY_MS) - 1) * DAY_MS;
}

function skipCalls(
  list: Checklist,
  { apiUrl, datasets, live }: GenesysChecksOptions,
  because: string,
  already = 0,
): void {
  const calls: [string, string, boolean][] = [
    ['API host', `an answer from ${new URL(apiUrl).host}`, true],
    ['organisation', neededText(ACCESS_RIGHTS.organization), true],
    ['business units', neededText(ACCESS_RIGHTS.businessUnits), true],
    ['management units', neededText(ACCESS_RIGHTS.managementUnits), true],
    ['users', neededText(ACCESS_RIGHTS.managementUnitUsers), true],
    ['activity codes', neededText(ACCESS_RIGHTS.activityCodes), true],
    ['adherence jobs', neededText(ACCESS_RIGHTS.createAdherenceJob), datasets.includes('adherence')],
    ['occupancy queries', neededText(ACCESS_RIGHTS.usersAggregates), datasets.includes('occupancy')],
  ];
  for (const [name, needed, wanted] of calls.slice(already)) if (wanted) list.skip(name, needed, because);
  if (datasets.includes('schedules')) skipSchedules(list, because);
  if (live !== null) skipLive(list, live, because);
}
