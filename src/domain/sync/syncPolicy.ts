import { z } from 'zod';
import { ExternalId } from '../exportWindow.js';
import { policyContradictions } from './policyContradictions.js';

const Share = z.number().positive().max(1000);
// Not `int()`, which would end the list of errors.
const Whole = z.number().refine(Number.isInteger, 'not a whole number');

/** One trunk base of a route, in order of preference. */
export const PolicyTrunk = z.strictObject({
  trunkBase: ExternalId,
  carrier: z.string().trim().min(1).max(64),
  /** Calls that it carries at once. */
  maxCalls: Whole.positive().max(100_000),
});
export type PolicyTrunk = z.infer<typeof PolicyTrunk>;

/** One outbound route of a site, and the trunk bases that may carry it. */
export const PolicyRoute = z.strictObject({
  outboundRoute: ExternalId,
  /** Calls wanted for each agent who is scheduled. */
  callsPerAgent: Share,
  minimumTrunks: Whole.min(1).max(100).default(1),
  trunks: z.array(PolicyTrunk).min(1).max(100),
});
export type PolicyRoute = z.infer<typeof PolicyRoute>;

/** One campaign whose line count follows the agents of its site. */
export const PolicyCampaign = z.strictObject({ campaign: ExternalId, linesPerAgent: Share });
export type PolicyCampaign = z.infer<typeof PolicyCampaign>;

/** One site, the business unit whose agents decide how many calls it makes, and what is routed there. */
export const PolicySite = z.strictObject({
  site: ExternalId,
  businessUnit: ExternalId,
  /** Absent: all of the business unit. */
  managementUnits: z.array(ExternalId).min(1).max(200).optional(),
  /** Either these, or `activityCodes`. (Default: OnQueueWork) */
  activityCategories: z.array(z.string().min(1).max(64)).min(1).max(20).optional(),
  activityCodes: z.array(ExternalId).min(1).max(200).optional(),
  routes: z.array(PolicyRoute).min(1).max(50),
  campaigns: z.array(PolicyCampaign).max(50).default([]),
});
export type PolicySite = z.infer<typeof PolicySite>;

/** What a route does when somebody changed it by hand. */
export const ON_DRIFT = ['report', 'adopt', 'restore'] as const;

/** Which trunks carry which routes for how many agents, and how the sync behaves: `sync:` in the configuration. */
export const SyncPolicy = z
  .strictObject({
    /** Availability is decided for intervals of so many minutes, counted from the hour. */
    intervalMinutes: z
      .union([z.literal(5), z.literal(10), z.literal(15), z.literal(30), z.literal(60)], 'not one of 5, 10, 15, 30, 60')
      .default(15),
    /** The timer's round. */
    everyMinutes: z.number().min(1).max(60).default(5),
    /** From the first schedule change to the round that heeds it. */
    debounceSeconds: z.number().min(0).max(300).default(10),
    /** A trunk back from failover waits so long before it carries calls again. */
    holdDownSeconds: z.number().min(0).max(86_400).default(120),
    maxWritesPerRound: Whole.min(1).max(1000).default(60),
    /** Architect data table of the trunks' metadata. Absent: none is written. */
    metadataTable: ExternalId.optional(),
    onDrift: z.enum(ON_DRIFT).default('report'),
    sites: z.array(PolicySite).min(1).max(50),
  })
  // Beside errors of form too: who writes a policy wants to hear of all of them at once.
  .superRefine((policy, context) => policyContradictions(policy).forEach((issue) => context.addIssue({ ...issue })), {
    when: () => true,
  });
export type SyncPolicy = z.infer<typeof SyncPolicy>;
