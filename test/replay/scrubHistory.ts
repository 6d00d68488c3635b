import type { History } from '../support/historyTexts.js';
import { type HistoryJson, historyToJson } from './historyJson.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const NOISE: ReadonlySet<string> = new Set(['workerVersion', 'taskId']);

/**
 * A history in protobuf's JSON form, without what tells of the machine on which it was recorded.
 *
 * - `identity` (process id and host name) becomes `process 1`, `process 2` … in the order of appearance;
 * - the name of a worker's sticky queue (process id and host name as well) becomes `sticky`;
 * - `stackTrace` (paths) becomes empty;
 * - `workerVersion` (hash of the bundle) and `taskId` (the server's count) are left out, as nothing but noise between two recordings.
 *
 * A replay looks at none of these. Everything else is as the server had it.
 */
export function scrubHistory(history: History): HistoryJson {
  const processes = new Map<string, string>();
  const scrubbed = (value: Json, key: string): Json => {
    if (typeof value === 'string') {
      if (key === 'stackTrace') return '';
      if (key !== 'identity' || value === '') return value;
      const name = processes.get(value) ?? `process ${processes.size + 1}`;
      processes.set(value, name);
      return name;
    }
    if (value === null || typeof value !== 'object') return value;
    if (isList(value)) return value.map((item) => scrubbed(item, key));
    const isSticky = value['kind'] === 'TASK_QUEUE_KIND_STICKY';
    const entries = Object.entries(value)
      .filter(([name]) => !NOISE.has(name))
      .map(([name, inner]) => [name, isSticky && name === 'name' ? 'sticky' : scrubbed(inner, name)]);
    return Object.fromEntries(entries) as Json;
  };
  return scrubbed(historyToJson(history) as unknown as Json, '') as unknown as HistoryJson;
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
