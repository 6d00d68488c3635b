import { sleep, upsertMemo } from '@temporalio/workflow';

export async function tidyUp(): Promise<string> {
  upsertMemo({ stage: 'waiting' });
  await sleep('1 second');
  return 'tidied';
}
