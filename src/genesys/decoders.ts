import { z } from 'zod';
import { Failure } from '../domain/failure.js';
import type { CallAnswer } from './apiCall.js';
import type { Endpoint } from './endpoints.js';
import { UnreadableAnswer } from './unreadableAnswer.js';

/**
 * The shapes we need of Genesys's answers. Unknown fields are ignored; a missing required one fails with its path.
 */
const id = z.string().min(1);

/** A list that says it has further pages would lose some without a word: none of these calls has paging. */
const onlyPage = z.number().int().max(1).optional();

export const OrganizationAnswer = z.object({ id, name: z.string() });

export const BusinessUnitsAnswer = z.object({
  entities: z.array(z.object({ id, name: z.string() })),
  pageCount: onlyPage,
});

export const ManagementUnitsAnswer = z.object({
  entities: z.array(
    z.object({
      id,
      name: z.string(),
      businessUnit: z.object({ id }),
      timeZone: z.string().min(1),
      startDayOfWeek: z.string().nullish(),
    }),
  ),
  pageCount: onlyPage,
});

export const UsersAnswer = z.object({
  entities: z.array(z.object({ id, name: z.string().nullish() })),
  pageCount: onlyPage,
});

/** A long list of codes may come as a signed URL instead. */
export const ActivityCodesAnswer = z.object({
  entities: z.array(z.object({ id, name: z.string().nullish(), category: z.string().nullish() })).nullish(),
  downloadUrl: z.string().min(1).nullish(),
});

export const AdherenceJobAnswer = z.object({
  job: z.object({ id, status: z.enum(['Processing', 'Complete', 'Error']) }),
  downloadUrls: z.array(z.string().min(1)).nullish(),
});

/** Limits that say neither key nor value are of no use, and no reason to fail. */
export const LimitsAnswer = z.object({
  entities: z.array(
    z
      .object({ key: z.string().min(1).max(200), value: z.number(), namespace: z.string().max(200).nullish() })
      .nullable()
      .catch(null),
  ),
});

/** @throws Failure `Corrupt` with the path of what is missing or wrong, never with a value. */
export function decoded<T>(schema: z.ZodType<T>, answer: CallAnswer, endpoint: Endpoint): T {
  const parsed = schema.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.join('.');
  throw new Failure(
    'Corrupt',
    `Genesys's answer to ${endpoint.method} ${endpoint.path} has another shape than documented, at ${path}: ` +
      `${issue?.message ?? 'not readable'}.`,
    { family: endpoint.family, correlationId: answer.correlationId },
    { cause: new UnreadableAnswer(answer) },
  );
}
