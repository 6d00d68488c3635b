/** What a feed, one of its channels or a gap is about: each list makes topics of one kind; an empty one makes none. */
export interface LiveWatch {
  /** `scheduleChanged`: `v2.workforcemanagement.businessunits.{id}.schedules` */
  readonly businessUnitIds: readonly string[];
  /** `trunkChanged`: `v2.telephony.providers.edges.trunks.{id}` */
  readonly trunks: readonly { readonly id: string; readonly trunkBaseId: string | null }[];
  /** `adherence`: `v2.workforcemanagement.managementunits.{id}.adherence` */
  readonly managementUnitIds: readonly string[];
  /** `routingStatus`: `v2.users.{id}.routingStatus` */
  readonly userIds: readonly string[];
}

/** Nothing at all. */
export const NOTHING_WATCHED: LiveWatch = { businessUnitIds: [], trunks: [], managementUnitIds: [], userIds: [] };

export function isNothing(watch: LiveWatch): boolean {
  return Object.values(watch).every((list: readonly unknown[]) => list.length === 0);
}

/** What either is about, each once. */
export function watchOfBoth(one: LiveWatch, other: LiveWatch): LiveWatch {
  const trunks = new Map([...one.trunks, ...other.trunks].map((trunk) => [trunk.id, trunk]));
  const both = (ids: readonly string[], more: readonly string[]): string[] => [...new Set([...ids, ...more])];
  return {
    businessUnitIds: both(one.businessUnitIds, other.businessUnitIds),
    trunks: [...trunks.values()],
    managementUnitIds: both(one.managementUnitIds, other.managementUnitIds),
    userIds: both(one.userIds, other.userIds),
  };
}
