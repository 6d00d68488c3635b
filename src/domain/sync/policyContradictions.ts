import { z } from 'zod';

const Id = z.string().catch('');

/** As much of a policy as can be read, at the places where it stands: parts that cannot be read are left empty. */
const ReadablePolicy = z
  .object({
    sites: z
      .array(
        z
          .object({
            site: Id,
            activityCategories: z.unknown(),
            activityCodes: z.unknown(),
            routes: listOf({
              outboundRoute: Id,
              minimumTrunks: z.number().catch(0),
              trunks: listOf({ trunkBase: Id, carrier: Id }),
            }),
            campaigns: listOf({ campaign: Id }),
          })
          .partial()
          .catch({}),
      )
      .catch([]),
  })
  .catch({ sites: [] });

/** Two things of a policy that cannot both be meant, at the path of the second. */
export interface PolicyContradiction {
  readonly code: 'custom';
  readonly path: (string | number)[];
  readonly message: string;
}

/**
 * What contradicts itself in a policy, as zod's issues: names that stand twice, more trunks needed than listed, one trunk base of two
 * carriers.
 *
 * @param policy in any form: what cannot be read is passed over, because its form is complained of elsewhere.
 */
export function policyContradictions(policy: unknown): PolicyContradiction[] {
  const found: PolicyContradiction[] = [];
  const refuse = (path: (string | number)[], message: string): void =>
    void found.push({ code: 'custom', path: ['sites', ...path], message });
  const named = { site: new Set<string>(), route: new Set<string>(), campaign: new Set<string>() };
  const carriers = new Map<string, string>();
  ReadablePolicy.parse(policy).sites.forEach(({ site, activityCategories, activityCodes, routes, campaigns }, at) => {
    if (twice(named.site, site))
      refuse([at, 'site'], `site ${site} is named twice: give it one entry with all its routes`);
    if (activityCategories !== undefined && activityCodes !== undefined)
      refuse([at, 'activityCodes'], 'give activityCategories or activityCodes, not both');
    routes?.forEach(({ outboundRoute, minimumTrunks, trunks = [] }, r) => {
      const path = [at, 'routes', r];
      if (twice(named.route, outboundRoute))
        refuse(
          [...path, 'outboundRoute'],
          `route ${outboundRoute} is named twice: two entries would write it in turns`,
        );
      if (trunks.length > 0 && (minimumTrunks ?? 0) > trunks.length)
        refuse([...path, 'minimumTrunks'], `${minimumTrunks} is more than the ${trunks.length} trunks listed`);
      const here = new Set<string>();
      trunks.forEach(({ trunkBase = '', carrier = '' }, t) => {
        const trunkPath = [...path, 'trunks', t];
        if (twice(here, trunkBase))
          refuse([...trunkPath, 'trunkBase'], `trunk base ${trunkBase} is listed twice in this route`);
        const known = carriers.get(trunkBase) ?? carrier;
        if (known !== carrier) refuse([...trunkPath, 'carrier'], `trunk base ${trunkBase} is ${known}'s elsewhere`);
        if (trunkBase !== '' && carrier !== '') carriers.set(trunkBase, known);
      });
    });
    campaigns?.forEach(({ campaign }, c) => {
      if (twice(named.campaign, campaign))
        refuse([at, 'campaigns', c, 'campaign'], `campaign ${campaign} is named twice`);
    });
  });
  return found;
}

/** Entries that cannot be read stay, empty, so that the others keep their places. */
function listOf<Shape extends z.ZodRawShape>(shape: Shape) {
  return z
    .array(
      z
        .object(shape)
        .partial()
        .catch({} as never),
    )
    .catch([]);
}

function twice(seen: Set<string>, id: string | undefined): boolean {
  if (!id) return false;
  if (seen.has(id)) return true;
  seen.add(id);
  return false;
}
