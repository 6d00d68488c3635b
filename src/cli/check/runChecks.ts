import { describeLocation } from '../../config/describeLocation.js';
import { loadConfig, type Config } from '../../config/loadConfig.js';
import type { Checklist, Found } from '../../domain/checklist.js';
import type { DatasetName } from '../../domain/exportWindow.js';
import type { LiveSettings } from '../../domain/live/liveSettings.js';
import { createGenesysClient } from '../../genesys/createGenesysClient.js';
import type { GenesysClientConfig } from '../../genesys/genesysClientConfig.js';
import { type CheckedOrganisation, checkGenesys } from './genesysChecks.js';
import { nightlyUnits } from './nightlyChecks.js';
import { lookAtWarehouse, type WarehouseLook } from './lookAtWarehouse.js';
import { checkStorage } from './storageChecks.js';
import { storedOrganisation } from './storedOrganisation.js';
import { checkTemporal } from './temporalChecks.js';

/** Parts of the list that can be asked for alone. */
export const CHECKED_PARTS = ['genesys', 'temporal', 'storage'] as const;
export type CheckedPart = (typeof CHECKED_PARTS)[number];

/** What to check. */
export interface ChecksOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly workingDirectory: string;
  readonly datasets: readonly DatasetName[];
  readonly units: readonly string[] | undefined;
  /** One part alone; undefined is all. */
  readonly only: CheckedPart | undefined;
}

/** What the checks cost. */
export interface CallsMade {
  /** Calls of the API that were answered, refusals included. */
  calls: number;
  /** Logins that were tried. */
  logins: number;
}

/** Runs the checks in order. @returns how many calls they took. */
export async function runChecks(list: Checklist, options: ChecksOptions): Promise<CallsMade> {
  const made: CallsMade = { calls: 0, logins: 0 };
  const { env, only } = options;
  const wants = (part: CheckedPart): boolean => only === undefined || only === part;
  const config = await list.look('configuration', 'settings that can be read', () => ({
    value: loadConfig(env, options.workingDirectory),
    message: env['ROSTERLINE_CONFIG'] ? `the environment and ${env['ROSTERLINE_CONFIG']}` : 'the environment',
  }));
  if (config === null) return made;
  let inspection: Promise<WarehouseLook> | undefined;
  const look = (): Promise<WarehouseLook> => (inspection ??= lookAtWarehouse(config.warehouse));
  if (wants('genesys')) {
    const genesys = await list.look('OAuth client', 'region, client id and client secret', () => clientOf(config));
    if (genesys !== null) await genesysPart(list, { ...options, config, genesys, made, look });
  }
  if (wants('temporal')) await checkTemporal(list, { ...config, hasLive: liveOf(config) !== null }, Date.now);
  if (wants('storage')) await checkStorage(list, config, look);
  return made;
}

/** What a live feed listens to, where the configuration speaks of one that is switched on. */
function liveOf({ live }: Config): LiveSettings | null {
  return live?.enabled === true ? live : null;
}

function clientOf(config: Config): Found<GenesysClientConfig> {
  const genesys = config.genesys();
  return { value: genesys, message: `client ${genesys.clientId} at ${new URL(genesys.apiUrl).host}` };
}

async function genesysPart(
  list: Checklist,
  options: ChecksOptions & {
    config: Config;
    genesys: GenesysClientConfig;
    made: CallsMade;
    look: () => Promise<WarehouseLook>;
  },
): Promise<void> {
  const { config, genesys, made, look } = options;
  const count = (_facts: object, message: string): void => {
    if (message === 'call answered') made.calls++;
  };
  const client = createGenesysClient(genesys, { log: { debug: count, warn: () => undefined } });
  const login = async (): Promise<void> => {
    made.logins++;
    await client.login();
  };
  try {
    const checked = await checkGenesys(list, {
      ...options,
      ...genesys,
      client: { ...client, login },
      live: liveOf(config),
      now: Date.now,
    });
    if (checked.units !== null && config.nightly.some(({ units }) => units !== undefined)) {
      const { units } = checked;
      await list.look('nightly units', "ids or exact names of units, in 'nightly:' of the configuration", () =>
        nightlyUnits(config.nightly, units),
      );
    }
    const needed = 'objects and a warehouse of this organisation, or none yet';
    if (checked.organisation === null) list.skip('same organisation', needed, 'the organisation is not known');
    else
      await list.look('same organisation', needed, async () =>
        sameOrganisation(checked, config, await storedOrganisation(config), await look()),
      );
  } finally {
    await client.close();
  }
}

function sameOrganisation(
  { organisation, units }: CheckedOrganisation,
  config: Config,
  stored: string | null,
  warehouse: WarehouseLook,
): Found<true> {
  if (stored !== null && stored !== organisation?.id)
    throw new Error(
      `the objects in ${describeLocation(config.objects)} are of organisation ${stored}, and this OAuth client is of ${organisation?.id}: ` +
        'give each organisation a data directory (ROSTERLINE_DATA) and a ROSTERLINE_TASK_QUEUE of its own',
    );
  const here = warehouse.managementUnitIds;
  const known = new Set(units?.map(({ id }) => id));
  if (units !== null && here.length > 0 && !here.some((id) => known.has(id)))
    throw new Error(
      `the warehouse ${describeLocation(config.warehouse)} has ${here.length} management units, and none of them is visible to this OAuth client: ` +
        'it is another organisation’s, or the client’s role lacks their divisions',
    );
  if (stored !== null) return { value: true, message: 'what was loaded here is of this organisation' };
  return here.length > 0
    ? { value: true, message: 'the warehouse has units of this organisation' }
    : { value: true, message: 'nothing was loaded here yet' };
}
