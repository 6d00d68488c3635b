import { deprecatePatch, sleep, upsertMemo } from '@temporalio/workflow';

export async function tidyUp(): Promise<string> {
  deprecatePatch('notes-its-stage');
  upsertMemo({ stage: 'waiting' });
  await sleep('1 second');
  return 'tidied';
}
