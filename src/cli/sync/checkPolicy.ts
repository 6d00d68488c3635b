import type { Config } from '../../config/loadConfig.js';
import { createGenesysClient } from '../../genesys/createGenesysClient.js';
import { CheckTeller, verdict } from '../check/checkText.js';
import { tellingChecklist } from '../check/tellingChecklist.js';
import { EXIT, type ExitCode, type Output } from '../output.js';
import { configuredPolicy } from './startSync.js';
import { checkSites } from './siteChecks.js';
import { checkTargets } from './targetChecks.js';
import { checkUnits } from './unitChecks.js';

/** Proves the configured policy against the organisation, line by line. Reads only. */
export async function checkPolicy(config: Config, output: Output): Promise<ExitCode> {
  const policy = configuredPolicy(config);
  const genesys = config.genesys();
  const teller = new CheckTeller((line) => output.say(line));
  const list = tellingChecklist(teller);
  let calls = 0;
  const count = (_facts: object, message: string): void => {
    if (message === 'call answered') calls++;
  };
  const client = createGenesysClient(genesys, { log: { debug: count, warn: () => undefined } });
  try {
    const organisation = await list.look('organisation', 'an OAuth client that may log in', async () => {
      const { value } = await client.organization();
      return { value, message: `${value.name} (${value.id})` };
    });
    if (organisation === null) list.skip('policy', 'ids that exist, and permissions', 'Genesys cannot be asked');
    else {
      await checkSites(list, client, policy);
      await checkUnits(list, client, policy, Date.now());
      await checkTargets(list, client, policy);
    }
  } finally {
    await client.close();
  }
  teller.end();
  output.say(`${verdict(list.checks)}; ${calls} API calls`);
  if (list.ok)
    output.say("next: 'rosterline sync start' (it observes and writes nothing), then 'rosterline sync plan'");
  output.result({ ok: list.ok, checks: list.checks });
  return list.ok ? EXIT.done : EXIT.failed;
}
