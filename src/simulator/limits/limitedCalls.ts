import { z } from 'zod';
import { type CallMatch, matchesCall } from '../control/callMatch.js';

const API = '/api/v2';
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];

const CALLS_BY_NAME = [
  'all',
  'reads',
  'wfm-jobs',
  'analytics',
  'telephony-writes',
  'datatable-writes',
  'outbound-writes',
] as const;

/** Calls that a limit can be about, by name. */
const NAMED: Readonly<Record<(typeof CALLS_BY_NAME)[number], { methods: readonly string[] | null; path: string }>> = {
  all: { methods: null, path: `${API}/` },
  reads: { methods: ['GET'], path: `${API}/` },
  'wfm-jobs': { methods: ['POST'], path: `^${API}/workforcemanagement/adherence/historical/bulk$` },
  analytics: { methods: ['POST'], path: `${API}/analytics/` },
  'telephony-writes': { methods: WRITES, path: `${API}/telephony/` },
  'datatable-writes': { methods: WRITES, path: `${API}/flows/datatables` },
  'outbound-writes': { methods: WRITES, path: `${API}/outbound/` },
};

/** Calls of an OAuth client that share a limit: by name, or by method (`*` for any) and path (a prefix or a regular expression). */
export const LimitedCalls = z.union(
  [
    z.enum(CALLS_BY_NAME),
    z.strictObject({
      method: z.string().min(1).default('*'),
      path: z.string().min(1).refine(isPath, 'not a path or a regular expression'),
    }),
  ],
  `no calls that a limit can be about: ${CALLS_BY_NAME.join(', ')}, or a method and a path`,
);
export type LimitedCalls = z.infer<typeof LimitedCalls>;

/** Whether a limit on some calls is about this one. */
export function isAbout(on: LimitedCalls, { method, path }: CallMatch): boolean {
  if (typeof on !== 'string') return matchesCall(on, method, path);
  const named = NAMED[on];
  return (named.methods?.includes(method) ?? true) && matchesCall({ method: '*', path: named.path }, method, path);
}

function isPath(path: string): boolean {
  try {
    return Boolean(new RegExp(path));
  } catch {
    return false;
  }
}
