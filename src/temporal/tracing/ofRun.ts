import { createHash } from 'node:crypto';
import type { Info } from '@temporalio/activity';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

/** Where OpenTelemetry's interceptor for activities looks for the trace that it belongs to. */
const TRACE_HEADER = '_tracer-data';

/**
 * Makes all activities of one workflow run parts of one trace, whichever worker has them.
 *
 * The trace's number is a hash of the run's id, so that no workflow has to carry it: workflows stay as they are, traced or not, and replay.
 */
export function ofRun({ workflowExecution }: Info): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      if (workflowExecution === undefined || input.headers[TRACE_HEADER] !== undefined) return await next(input);
      const { workflowId, runId } = workflowExecution;
      const hash = createHash('sha256').update(`${workflowId}/${runId}`).digest('hex');
      const traceparent = `00-${hash.slice(0, 32)}-${hash.slice(32, 48)}-01`;
      const headers = { ...input.headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent }) };
      return await next({ ...input, headers });
    },
  };
}
