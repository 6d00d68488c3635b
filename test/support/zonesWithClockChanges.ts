/** A zone's wall clock, read through Intl: shares nothing with the calendar under test. */
export class WallClock {
  private readonly format: Intl.DateTimeFormat;

  constructor(readonly timeZone: string) {
    this.format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      calendar: 'iso8601',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  }

  /** What the clock shows, as `2024-03-31 02:30`. */
  at(ms: number): string {
    const part = Object.fromEntries(this.format.formatToParts(ms).map(({ type, value }) => [type, value]));
    return `${part['year']}-${part['month']}-${part['day']} ${part['hour']}:${part['minute']}`;
  }

  dateAt(ms: number): string {
    return this.at(ms).slice(0, 10);
  }

  /** How far the clock is ahead of UTC, in minutes. */
  offsetMinutes(ms: number): number {
    return (Date.parse(`${this.at(ms).replace(' ', 'T')}:00Z`) - Math.floor(ms / 60_000) * 60_000) / 60_000;
  }
}

/** Every IANA zone that Intl knows whose clocks changed, or will, between 2015 and 2030. */
export function zonesWithClockChanges(): string[] {
  return Intl.supportedValuesOf('timeZone').filter(changesItsClocks);
}

function changesItsClocks(timeZone: string): boolean {
  const clock = new WallClock(timeZone);
  const first = Date.UTC(2015, 0, 1);
  const offset = clock.offsetMinutes(first);
  // Ten days at a time: the shortest change there is, Morocco's for Ramadan, lasts a month.
  for (let ms = first; ms < Date.UTC(2031, 0, 1); ms += 10 * 86_400_000) {
    if (clock.offsetMinutes(ms) !== offset) return true;
  }
  return false;
}
