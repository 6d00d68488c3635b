import { Context } from '@temporalio/activity';
import { bindDocument } from '../src/custody/bindDocument.js';
import { readChain } from '../src/custody/chain.js';
import { HoldRegistry } from '../src/custody/holdRegistry.js';
import { planPurge } from '../src/custody/planPurge.js';
import { readPurgedPage, removePage } from '../src/custody/purgePage.js';
import { readDocument } from '../src/custody/holdingStore.js';
import {
  cutOf,
  PurgeCompleted,
  purgeCompletedPath,
  PurgeIntent,
  purgeIntentPath,
  PurgedPage,
  purgedPagePath,
  PurgedSeal,
  type PurgeScope,
  PurgeStayed,
  purgeStayedPath,
} from '../src/domain/purge.js';
import type { PurgePlanned, PurgeRequest } from '../src/domain/purgeInput.js';
import { placedPath } from '../src/domain/legalHold.js';
import { Failure } from '../src/domain/failure.js';
import { sealedDocument } from '../src/domain/sealedDocument.js';
import { z } from 'zod';
import type { ActivityDeps } from './deps.js';
import { ownedWarehouse } from './ownedWarehouse.js';
import { pagePath, readPlanObject, writePlanObject } from './planObjects.js';
import { type Beat, step, type Whose } from './step.js';
import { unitNamed } from './unitNamed.js';

const PageOfSeals = z.array(PurgedSeal);

/** Activities of purges. They belong to the owner of the warehouse, which knows the seals that no entry binds yet. */
export function purgeActivities(deps: ActivityDeps) {
  const registry = new HoldRegistry(deps.objects);
  const whose = (purgeId: string): Whose => ({ organisationId: null, exportId: purgeId });
  return {
    /** Works out what a purge would remove, and writes it as pages of a plan. Removes nothing. */
    async planPurge({ purgeId, request }: { purgeId: string; request: PurgeRequest }): Promise<PurgePlanned> {
      return await step<PurgePlanned, Seals>(deps, whose(purgeId), async (beat) => {
        const scope = await scopeOf(request);
        // Before the seals are listed: what is bound or waits later is looked for when it comes to removing.
        const headSeq = await newestEntry(registry, deps);
        const folder = `plans/${purgeId}/${Context.current().info.attempt}`;
        const unbound = new Set((await ownedWarehouse(deps).openSeals()).map(({ path }) => path));
        const holds = await registry.standing();
        const counts = await planPurge(
          { store: deps.objects, scope, holds, unbound, onSeals: saying(beat) },
          async (page, seals) => await writePlanObject(deps.objects, pagePath(folder, page), seals),
        );
        return { before: scope.before, folder, headSeq, counts };
      });
    },

    /** Writes what is to be removed into the chain: its pages first, then the intent. */
    async registerPurge(input: { purgeId: string; request: PurgeRequest; plan: PurgePlanned }): Promise<null> {
      const { purgeId, request, plan } = input;
      return await step<null, Seals>(deps, whose(purgeId), async (beat) => {
        const { pages, objects, bytes } = plan.counts;
        const of = { v: 1, purgeId, organisationId: deps.organisation.id, at: deps.now().toISOString() } as const;
        for (let page = 0; page < pages; page++) {
          const seals = await readPlanObject(deps.objects, pagePath(plan.folder, page), PageOfSeals);
          const document = PurgedPage.parse({ ...of, kind: 'purgedObjects', page, seals });
          await bindDocument(deps.objects, { path: purgedPagePath(purgeId, page), document, kind: 'purge' });
          beat.say({ v: 1, seals: page });
        }
        const scope = await scopeOf({ ...request, olderThan: plan.before });
        const totals = { by: request.by, pages, objects, bytes };
        const intent = PurgeIntent.parse({ ...of, kind: 'purge', ...scope, ...totals });
        await bindDocument(deps.objects, { path: purgeIntentPath(purgeId), document: intent, kind: 'purge' });
        return null;
      });
    },

    /**
     * Removes a page of what was bound, object by object, unless it is held or retained by now or named by a newer seal.
     *
     * What stays is written into the chain, where there is any; then the page is done with, however often it is asked for.
     */
    async purgePage(input: { purgeId: string; page: number; headSeq: number }): Promise<PageCounts> {
      const { purgeId, page, headSeq } = input;
      return await step<PageCounts, Seals>(deps, whose(purgeId), async (beat) => {
        const path = purgeStayedPath(purgeId, page);
        const done = PurgeStayed.safeParse(await readDocument(deps.objects, path)).data;
        const removed =
          done ??
          (await removePage(
            { store: deps.objects, registry, namedSince: await namedAfter(headSeq), onSeals: saying(beat) },
            await readPurgedPage(deps.objects, purgeId, page),
          ));
        if (removed.stayed.length > 0) {
          const of = { v: 1, kind: 'purgeStayed', purgeId, page, organisationId: deps.organisation.id } as const;
          const document = PurgeStayed.parse({ ...of, at: deps.now().toISOString(), ...removed });
          await bindDocument(deps.objects, { path, document, kind: 'purge' });
        }
        return { removed: removed.removed, bytes: removed.bytes, stayed: byWhy(removed.stayed) };
      });
    },

    /** Writes how the purge ended into the chain. */
    async completePurge(input: Pick<PurgeCompleted, 'purgeId' | 'removed' | 'bytes' | 'stayed'>): Promise<null> {
      return await step(deps, whose(input.purgeId), async () => {
        const of = { v: 1, kind: 'purgeCompleted', organisationId: deps.organisation.id } as const;
        const document = PurgeCompleted.parse({ ...of, at: deps.now().toISOString(), ...input });
        await bindDocument(deps.objects, { path: purgeCompletedPath(input.purgeId), document, kind: 'purge' });
        return null;
      });
    },
  };

  async function scopeOf({ olderThan, dataset, managementUnitId }: PurgeRequest): Promise<PurgeScope> {
    const before = cutOf(olderThan, deps.now().toISOString().slice(0, 10));
    const unit = managementUnitId === null ? null : await unitNamed(deps, managementUnitId);
    return { before, dataset, managementUnitId: unit?.id ?? null };
  }

  /** Hashes of the landings that seals name which were bound after an entry, or are not bound yet. */
  async function namedAfter(headSeq: number): Promise<Set<string>> {
    const named = new Set<string>();
    // The ledger before the chain: what is bound in between is in both.
    const open = await ownedWarehouse(deps).openSeals();
    for (const { path, content } of open)
      add(content === null ? await readDocument(deps.objects, path) : (JSON.parse(content) as unknown));
    for await (const { entry } of readChain(deps.objects, { afterSeq: headSeq }))
      for (const { path } of entry?.seals ?? []) add(await readDocument(deps.objects, path));
    return named;

    function add(document: unknown): void {
      for (const sha256 of sealedDocument(document)?.landings ?? []) named.add(sha256);
    }
  }
}

/** What became of a page, in numbers. */
interface PageCounts {
  readonly removed: number;
  readonly bytes: number;
  readonly stayed: Record<string, number>;
}

function byWhy(stayed: readonly { why: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { why } of stayed) counts[why] = (counts[why] ?? 0) + 1;
  return counts;
}

interface Seals {
  readonly v: 1;
  readonly seals: number;
}

function saying(beat: Beat<Seals>): (seals: number) => void {
  return (seals) => {
    if (seals % 100 === 0) beat.say({ v: 1, seals });
  };
}

/**
 * Number of the chain's newest entry. Walks the whole of it, to see that no hold that it binds is missing from the registry.
 *
 * @throws Failure `Blocked` naming what is missing or cannot be read: a hold may stand in it.
 */
async function newestEntry(registry: HoldRegistry, { objects }: ActivityDeps): Promise<number> {
  const known = new Set((await registry.holds()).map(({ placed }) => placedPath(placed.holdId)));
  let newest = 0;
  for await (const { seq, path, entry, problem } of readChain(objects)) {
    const lost = entry?.seals.find(
      (seal) => /^seals\/holds\/[^/]+\/placed\.json$/.test(seal.path) && !known.has(seal.path),
    );
    if (entry === null || lost !== undefined || seq !== newest + 1)
      throw new Failure(
        'Blocked',
        `${lost?.path ?? path} in ${objects.location} ${problem ?? 'is missing or follows a gap'}, and a legal hold may stand there; nothing was removed; put it back from a copy ("rosterline verify" shows what is broken)`,
      );
    newest = seq;
  }
  return newest;
}
