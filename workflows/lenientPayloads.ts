import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

/** What a message says that is no JSON at all. No schema of ours takes it. */
const UNREADABLE = { unreadable: 'this was no JSON' };

/**
 * Temporal's own converter, but that what is told to a workflow may be anything.
 *
 * A signal whose payload cannot be decoded would fail the workflow's task before any handler sees it, for ever: one bad event of
 * somebody's typing would stand a sync still. Here it becomes a value that no schema takes, and is refused or counted like any other
 * message that cannot be read. What activities hand over is our own, and has to decode.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload: ((payload, context, hint) => {
    try {
      return defaultPayloadConverter.fromPayload(payload, context, hint);
    } catch (error) {
      if (context?.type !== 'workflow') throw error;
      return UNREADABLE;
    }
  }) as PayloadConverter['fromPayload'],
};
