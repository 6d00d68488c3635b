import { z } from 'zod';

/** What telephony a simulated organisation has, and how it behaves. Everything has a default. */
export const TelephonySettings = z.strictObject({
  /** Sites of the customer's own, each with its share of the trunk bases, two outbound routes and two campaigns. */
  sites: z.array(z.string().min(1)).default(['Singapore']),
  /** External (BYOC) trunk bases, dealt out to carriers in turn. (Default: 15) */
  trunks: z.number().int().nonnegative().max(1000).default(15),
  carriers: z.array(z.string().min(1)).min(1).default(['SingTel', 'StarHub', 'M1']),
  /** Trunks of each trunk base, one an edge. (Default: 1) */
  edges: z.number().int().positive().max(20).default(1),
  /** Whether there is a site of Genesys's own too, whose routes cannot be written. (Default: true) */
  managedSite: z.boolean().default(true),
  /** Refuses writes about trunks in failover for so long, and longer each time somebody comes back too early; null: does not. */
  failoverWrites: z
    .strictObject({
      retryAfterSeconds: z.number().int().positive().default(30),
      penaltySeconds: z.number().int().nonnegative().default(20),
    })
    .nullable()
    .default(null),
  /** How long an audit query takes. (Default: 0.5 s) */
  auditSeconds: z.number().nonnegative().default(0.5),
  /** How long a campaign that is stopped is still `stopping`. (Default: 180 s) */
  campaignStopSeconds: z.number().nonnegative().default(180),
});
export type TelephonySettings = z.infer<typeof TelephonySettings>;

/** An organisation without telephony: every list is empty. */
export const NO_TELEPHONY: TelephonySettings = TelephonySettings.parse({ sites: [], trunks: 0, managedSite: false });
