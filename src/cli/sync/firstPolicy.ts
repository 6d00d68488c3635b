import { METADATA_COLUMNS } from '../../domain/sync/metadataRow.js';
import { plain } from '../screenText.js';
import type { FoundTelephony } from './foundTelephony.js';

/** Guesses that a person must look at: nothing in Genesys says them. */
const GUESSED = { callsPerAgent: 1.5, maxCalls: 100, linesPerAgent: 1.2, minimumTrunks: 2 };
/** Most lines of comment about what was left out or could be meant instead. */
const MOST_SAID = 10;

/**
 * A first policy as YAML, `sync:` with a comment on every line that a person should look at. Null where there is nothing to sync: no
 * site of the customer's own has a route with trunks of carriers.
 *
 * Routes for emergency numbers alone are left out and named.
 */
export function firstPolicy(found: FoundTelephony): string | null {
  const external = new Map(
    found.trunkBases.filter(({ trunkType }) => trunkType === 'EXTERNAL').map((base) => [base.id, base.name]),
  );
  const sites = found.sites.filter(({ managed }) => !managed);
  const routesOf = (siteId: string) =>
    found.routes.filter(
      (route) => route.siteId === siteId && !route.isEmergency && route.trunkBaseIds.some((id) => external.has(id)),
    );
  const usable = sites.filter((site) => routesOf(site.id).length > 0);
  if (usable.length === 0) return null;
  return [
    `# A first policy of the trunk sync for ${plain(found.organisation.name)}, from what it has. Look at every line: what is`,
    `# marked "guess" is not to be known from Genesys. 'rosterline sync check' proves ids, names and permissions.`,
    `# Until 'rosterline sync enable' the sync observes and writes nothing.`,
    'sync:',
    '  intervalMinutes: 15          # availability is decided per interval',
    '  everyMinutes: 5              # a round is made so often at least',
    '  debounceSeconds: 10          # schedule changes within it become one round',
    '  holdDownSeconds: 120         # a trunk back from failover waits this long',
    "  maxWritesPerRound: 60        # more than that waits for 'sync approve', but for failover",
    ...tableLines(found),
    '  onDrift: report              # a route changed by hand: report, adopt or restore',
    '  sites:',
    ...usable.flatMap((site) => [
      `    - site: ${site.id}   # ${plain(site.name)}`,
      ...unitLines(found, site.name),
      '      activityCategories: [OnQueueWork]   # or activityCodes: [<id>]',
      '      routes:',
      ...routesOf(site.id).flatMap((route) => [
        `        - outboundRoute: ${route.id}   # ${plain(route.name)}${route.distribution === 'RANDOM' ? '; RANDOM: the order means nothing there' : ''}`,
        `          callsPerAgent: ${GUESSED.callsPerAgent}           # guess: calls at once for each agent who is scheduled`,
        `          minimumTrunks: ${Math.min(GUESSED.minimumTrunks, route.trunkBaseIds.filter((id) => external.has(id)).length)}`,
        '          trunks:                      # in order of preference: the order that the route has now; maxCalls is a guess',
        ...route.trunkBaseIds.filter((id) => external.has(id)).map((id) => trunkLine(id, external.get(id) ?? '')),
      ]),
      ...campaignLines(found, site.id),
    ]),
    ...leftOut(found, external),
    '',
  ].join('\n');
}

function tableLines({ table }: FoundTelephony): string[] {
  if (table !== null) return [`  metadataTable: ${table.id}   # ${plain(table.name)}`];
  return [
    '  # metadataTable: <id>        # no data table has these columns; without one no metadata is written:',
    `  #   ${METADATA_COLUMNS.join(', ')}`,
  ];
}

/** The business unit whose name is most like the site's; others are named beside it. */
function unitLines({ businessUnits, managementUnits }: FoundTelephony, siteName: string): string[] {
  const word = siteName.toLowerCase().split(/\W+/)[0] ?? '';
  const namesHere = (businessUnitId: string): string[] =>
    managementUnits.filter((unit) => unit.businessUnitId === businessUnitId).map(({ name }) => name);
  const isLike = ({ id, name }: { id: string; name: string }): boolean =>
    word !== '' && [name, ...namesHere(id)].some((one) => one.toLowerCase().includes(word));
  const chosen = businessUnits.find(isLike) ?? businessUnits[0];
  if (!chosen) return ['      businessUnit: none-visible   # this OAuth client sees no business unit'];
  const units = managementUnits.filter(({ businessUnitId }) => businessUnitId === chosen.id).slice(0, MOST_SAID);
  return [
    `      businessUnit: ${chosen.id}   # ${plain(chosen.name)}${businessUnits.length > 1 ? ', a guess by its name' : ''}`,
    ...businessUnits
      .filter(({ id }) => id !== chosen.id)
      .slice(0, MOST_SAID)
      .map(({ id, name }) => `      # businessUnit: ${id}   # ${plain(name)}`),
    '      # managementUnits:          # absent: all of the business unit; or some of these',
    ...units.map(({ id, name }) => `      #   - ${id}   # ${plain(name)}`),
  ];
}

function trunkLine(id: string, name: string): string {
  return `            - { trunkBase: ${id}, carrier: ${JSON.stringify(carrierOf(name))}, maxCalls: ${GUESSED.maxCalls} }   # ${plain(name)}`;
}

function campaignLines({ campaigns }: FoundTelephony, siteId: string): string[] {
  const here = campaigns.filter((campaign) => campaign.siteId === siteId);
  if (here.length === 0) return [];
  return [
    '      campaigns:                       # whose line counts follow the agents; leave out those that shall not',
    ...here.map(
      ({ id, name, lineCount }) =>
        `        - { campaign: ${id}, linesPerAgent: ${GUESSED.linesPerAgent} }   # ${plain(name)}, ${lineCount ?? 'no'} lines now; guess`,
    ),
  ];
}

function leftOut({ sites, routes }: FoundTelephony, external: ReadonlyMap<string, string>): string[] {
  const lines = [
    ...sites
      .filter(({ managed }) => managed)
      .map(({ name }) => `site ${name}: Genesys's own, its routes cannot be written`),
    ...routes
      .filter((route) => route.isEmergency || !route.trunkBaseIds.some((id) => external.has(id)))
      .map(
        (route) =>
          `route ${route.name} (${route.id}): ${route.isEmergency ? 'emergency numbers alone' : 'no trunk of a carrier'}`,
      ),
  ];
  return lines.length === 0 ? [] : ['# Left out:', ...lines.slice(0, MOST_SAID).map((line) => `#   ${plain(line)}`)];
}

/** The carrier as people write it into a trunk's name: what stands before its number. */
function carrierOf(name: string): string {
  const before = (/^(.*?)[\s_#-]+\d/.exec(plain(name)) ?? /^(.*?)\d+$/.exec(plain(name)))?.[1]?.trim() ?? '';
  return (before || plain(name) || 'unknown').slice(0, 64);
}
