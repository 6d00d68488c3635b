import type { MetadataRow } from '../../../src/domain/sync/syncFacts.js';

/** A trunk's row as the sync writes it, but for whose it is. */
export const METADATA_ROW: Omit<MetadataRow, 'key'> = {
  carrier: 'SingTel',
  schedule_id: 'schedule-1',
  schedule_version: 4,
  agents_available: 120,
  calls_wanted: 180,
  role: 'primary',
  effective_from: '2026-03-02T06:00:00Z',
  effective_to: '2026-03-02T06:15:00Z',
  content_hash: 'abc',
};
