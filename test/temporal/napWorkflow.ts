import { sleep } from '@temporalio/workflow';

/** Sleeps that many times for that long, and says how often it woke up. */
export async function nap(times: number, each: string): Promise<number> {
  let woken = 0;
  for (; woken < times; woken++) await sleep(each);
  return woken;
}
