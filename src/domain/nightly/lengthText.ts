const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A length of time as the configuration has it: `3d`, `36h`, `90s`; milliseconds where it is no whole number of seconds. */
export function lengthText(ms: number): string {
  if (ms === 0) return '0s';
  const unit = UNITS.find(([, unitMs]) => ms % unitMs === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms} ms`;
}
