import { z } from 'zod';
import { ExternalId } from '../exportWindow.js';

const UnitIds = z.array(ExternalId).min(1).max(500);

/** What the live feed listens to. What is left out is everything that the OAuth client may see. */
export const LiveSettings = z.strictObject({
  /** Off: no feed runs with this configuration. */
  enabled: z.boolean().default(true),
  /** Units whose agents are watched. */
  managementUnits: UnitIds.optional(),
  /** Changes of published schedules: hints for the trunk sync. */
  schedules: z.boolean().default(true),
  /** Changes of trunks: hints for the trunk sync. */
  trunks: z.boolean().default(true),
  /** Real-time adherence: rows of `adherence_live`. */
  adherence: z.boolean().default(true),
  /** Routing statuses: rows of `occupancy_live`. */
  occupancy: z.boolean().default(true),
  /** Without an event or a heartbeat (one comes about every 30 s) for so long, a channel is taken for lost. */
  silenceSeconds: z.number().int().min(10).max(600).default(35),
});
export type LiveSettings = z.infer<typeof LiveSettings>;

/** Everything on, all units. */
export const DEFAULT_LIVE_SETTINGS: LiveSettings = LiveSettings.parse({});

/** Input of `liveFeed`: what to listen to, or nothing for what the worker's configuration has. */
export const LiveFeedInput = z.strictObject({ settings: LiveSettings.optional() }).optional();
export type LiveFeedInput = z.input<typeof LiveFeedInput>;
