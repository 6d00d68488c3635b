import { bindDocument } from '../src/custody/bindDocument.js';
import { HoldRegistry } from '../src/custody/holdRegistry.js';
import { CHAIN_START, endsPlacement, lastRecorded, recordStretch } from '../src/custody/recordHeld.js';
import { heldObjectsIn, type ReleaseMeans, releaseUnbound, releaseUncovered } from '../src/custody/releaseHeld.js';
import { holdObjects, sealInScope } from '../src/custody/sealsHeld.js';
import { Failure } from '../src/domain/failure.js';
import {
  describeScope,
  heldFolder,
  type HoldRequest,
  type PlacedHold,
  placedPath,
  type RegisteredHold,
  type ReleasedHold,
  type ReleaseRequest,
  releasedPath,
} from '../src/domain/legalHold.js';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { step, type Whose } from './step.js';
import { unitNamed } from './unitNamed.js';

/** Activities of legal holds. They belong to the owner of the warehouse, which has a list of holds of its own. */
export function holdActivities(deps: ActivityDeps) {
  const registry = new HoldRegistry(deps.objects);
  const whose = (holdId: string): Whose => ({ organisationId: null, exportId: holdId });
  return {
    /**
     * Writes a hold into the registry, the chain and the warehouse, in this order, and holds what no entry binds yet.
     *
     * From here on whatever arrives in range is held, whatever else happens to the placement.
     */
    async registerHold({ holdId, request }: { holdId: string; request: HoldRequest }): Promise<PlacedHold> {
      return await step(deps, whose(holdId), async () => {
        const holdable = await deps.objects.holdable();
        if (!holdable.holdable)
          throw new Failure('InvalidInput', `hold ${holdId} was not placed, and nothing is held: ${holdable.why}`);
        const known = await registry.find(holdId);
        const placed = known === null ? await newHold(holdId, request) : await again(known, request);
        await bindDocument(deps.objects, { path: placedPath(holdId), document: placed, kind: 'hold' });
        const { dataset, managementUnitId, from, to } = placed;
        await ownedWarehouse(deps).placeHold({ holdId, dataset, managementUnitId, from, to });
        for (const objects of await unboundObjects(placed)) await holdObjects(deps.objects, objects);
        return placed;
      });
    },

    /** Holds and records the next stretch of the chain for a hold, from where the last ended. */
    async holdStretch({ holdId }: { holdId: string }): Promise<{ complete: boolean; objects: number }> {
      return await step<{ complete: boolean; objects: number }, { v: 1; objects: number }>(
        deps,
        whose(holdId),
        async (beat) => {
          const { placed } = await registered(holdId);
          const last = await lastRecorded(deps.objects, holdId);
          const wasPlaced = endsPlacement(last);
          const { complete, objects } = await recordStretch(deps.objects, placed, last?.next ?? CHAIN_START, {
            at: deps.now().toISOString(),
            during: wasPlaced ? 'arrivals' : 'placement',
            onObjects: (found) => beat.say({ v: 1, objects: found }),
          });
          return { complete, objects };
        },
      );
    },

    /** Writes the end of a hold into the registry, the chain and the warehouse. */
    async registerRelease({ holdId, request }: { holdId: string; request: ReleaseRequest }): Promise<PlacedHold> {
      return await step(deps, whose(holdId), async () => {
        const { placed, released } = await registered(holdId);
        const { reason, by } = request;
        const at = deps.now().toISOString();
        const document = released ?? ({ v: 1, kind: 'holdReleased', holdId, reason, by, at } satisfies ReleasedHold);
        await bindDocument(deps.objects, { path: releasedPath(holdId), document, kind: 'hold' });
        await ownedWarehouse(deps).releaseHold(holdId);
        return placed;
      });
    },

    /**
     * Ends the hold on the objects of one of its documents that no other hold keeps; `after` is the document before, null at first.
     *
     * @returns `next` null at the end.
     */
    async releaseStretch({ holdId, after }: { holdId: string; after: string | null }): Promise<{
      next: string | null;
      objects: number;
    }> {
      return await step(deps, whose(holdId), async () => {
        const { placed } = await registered(holdId);
        const means = releaseMeans();
        const documents = await deps.objects.list(heldFolder(holdId));
        const next = documents.find((path) => after === null || path > after);
        if (next !== undefined) {
          const { objects } = await heldObjectsIn(deps.objects, next);
          return { next, objects: await releaseUncovered(means, objects) };
        }
        return { next: null, objects: await releaseUnbound(means, placed) };
      });
    },
  };

  function releaseMeans(): ReleaseMeans {
    return {
      store: deps.objects,
      registry,
      unbound: async () => await ownedWarehouse(deps).openSeals(),
      now: () => deps.now(),
    };
  }

  async function newHold(holdId: string, request: HoldRequest): Promise<PlacedHold> {
    const unit = request.managementUnitId === null ? null : await unitNamed(deps, request.managementUnitId);
    return {
      v: 1,
      kind: 'holdPlaced',
      holdId,
      organisationId: deps.organisation.id,
      dataset: request.dataset,
      managementUnitId: unit?.id ?? null,
      businessUnitId: unit?.businessUnitId ?? null,
      from: request.from,
      to: request.to,
      reason: request.reason,
      by: request.by,
      at: deps.now().toISOString(),
    };
  }

  /** The hold of an id that stands already; the same request again is the same hold. */
  async function again({ placed, released }: RegisteredHold, request: HoldRequest): Promise<PlacedHold> {
    if (released !== null)
      throw new Failure(
        'InvalidInput',
        `hold ${placed.holdId} was released on ${released.at}; give a new hold another id`,
      );
    const { dataset, from, to } = request;
    const unit = request.managementUnitId === null ? null : await unitNamed(deps, request.managementUnitId);
    const isSame = dataset === placed.dataset && from === placed.from && to === placed.to;
    if (isSame && (unit?.id ?? null) === placed.managementUnitId) return placed;
    throw new Failure(
      'InvalidInput',
      `hold ${placed.holdId} stands already, for ${describeScope(placed)}; nothing was changed; give the new one another id`,
    );
  }

  async function registered(holdId: string): Promise<RegisteredHold> {
    const hold = await registry.find(holdId);
    if (hold !== null) return hold;
    throw new Failure('InvalidInput', `there is no hold ${holdId}; see rosterline hold list --all`);
  }

  /** Objects of each seal in range that the warehouse knows and no entry binds yet. */
  async function unboundObjects(hold: PlacedHold): Promise<(readonly string[])[]> {
    const found: (readonly string[])[] = [];
    for (const { path, content } of await ownedWarehouse(deps).openSeals()) {
      const document = content === null ? undefined : (JSON.parse(content) as unknown);
      const seal = await sealInScope(deps.objects, path, [hold], document);
      if (seal !== null) found.push(seal.objects);
    }
    return found;
  }
}
