import { z } from 'zod';
import { Failure } from '../domain/failure.js';

/** An instant in an envelope, to ISO 8601 UTC. Genesys answers in UTC; a text without a zone is read as UTC, not as local time. */
export const EnvelopeInstant = z.string().transform((text, context) => {
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(text)
    ? Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? text : `${text}Z`)
    : Number.NaN;
  if (Number.isNaN(ms)) {
    context.addIssue({ code: 'custom', message: `is not an instant: ${text.slice(0, 40)}` });
    return z.NEVER;
  }
  return new Date(ms).toISOString();
});

/** Decodes an envelope. @throws Failure `Corrupt` with the path of the first field that is missing or wrong. */
export function parseEnvelope<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  const parsed = schema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Failure('Corrupt', `${issue?.path.join('.') || 'the result'}: ${issue?.message ?? 'has another shape'}`);
}
