import { sleep } from '@temporalio/workflow';

export async function tidyUp(): Promise<string> {
  await sleep('1 second');
  return 'tidied';
}
