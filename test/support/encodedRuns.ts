/** Runs of letters that could be bytes in base64, decoded: a task token names its workflow, so it is found by what is in it. */
export function encodedRuns(text: string): string[] {
  return [...text.matchAll(/[A-Za-z0-9+/_-]{40,}/g)].flatMap(([run]) =>
    [0, 1, 2, 3].map((shift) => Buffer.from(run.slice(shift), 'base64').toString('latin1')),
  );
}
