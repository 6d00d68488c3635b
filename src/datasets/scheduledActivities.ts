import { z } from 'zod';
import { Failure, isFailure } from '../domain/failure.js';
import type { ScheduledActivity } from '../domain/sync/agentsScheduled.js';
import { decodedLanding, type LandingBytes } from './decodedLanding.js';
import { EnvelopeInstant } from './envelope.js';
import { Slicer } from './slicer.js';

/** What an agent's schedule must have so that it can be counted. */
const AgentSchedule = z.object({
  user: z.object({ id: z.string().min(1) }),
  shifts: z
    .array(
      z.object({
        activities: z
          .array(
            z.object({
              startDate: EnvelopeInstant,
              lengthMinutes: z.number().nonnegative(),
              activityCodeId: z.string().min(1),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
});

/**
 * Reads a landed search of agents' schedules, one agent at a time, and hands over every activity of every shift.
 *
 * Streams: memory is one agent's week.
 *
 * @throws Failure `Corrupt` when the bytes are not the landing's, hold no list of agents' schedules, or one lacks what is needed, with
 *   its path.
 */
export async function readScheduledActivities(
  landing: LandingBytes,
  take: (activity: ScheduledActivity) => void,
): Promise<void> {
  const slicer = new Slicer('agentSchedules', {
    element(bytes, _item, position) {
      for (const activity of activitiesOf(bytes, position)) take(activity);
    },
    envelope: () => undefined,
  });
  try {
    for await (const chunk of decodedLanding(landing)) slicer.push(chunk);
    slicer.end();
  } catch (error) {
    throw isFailure(error, 'Corrupt')
      ? new Failure('Corrupt', `landing ${landing.sha256}: ${error.message}`, error.facts, { cause: error })
      : error;
  }
  if (slicer.items === 0)
    throw new Failure('Corrupt', `landing ${landing.sha256}: no array "agentSchedules" in the document`);
}

function activitiesOf(bytes: Uint8Array, position: number): ScheduledActivity[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const parsed = AgentSchedule.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const path = ['agentSchedules', position, ...(issue?.path ?? [])].join('.');
    throw new Failure('Corrupt', `${path}: ${issue?.message ?? 'has another shape'}`);
  }
  const { user, shifts } = parsed.data;
  return (shifts ?? []).flatMap(({ activities }) =>
    (activities ?? []).map(({ startDate, lengthMinutes, activityCodeId }) => {
      const startMs = Date.parse(startDate);
      return { userId: user.id, startMs, endMs: startMs + lengthMinutes * 60_000, activityCodeId };
    }),
  );
}
