import { patched, sleep, upsertMemo } from '@temporalio/workflow';

export async function tidyUp(): Promise<string> {
  // To go once none runs that began before 1.3.
  if (patched('notes-its-stage')) upsertMemo({ stage: 'waiting' });
  await sleep('1 second');
  return 'tidied';
}
