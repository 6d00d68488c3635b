import { z } from 'zod';

const Id = z.string().min(1);

const Facts = z.object({
  sites: z.array(z.object({ id: Id, managed: z.boolean() })),
  routes: z.array(z.object({ id: Id, siteId: Id, name: z.string(), trunkBaseIds: z.array(Id) })),
  trunkBases: z.array(
    z.object({
      id: Id,
      name: z.string(),
      carrier: z.string(),
      siteId: z.string(),
      trunkIds: z.array(Id),
      inFailover: z.boolean(),
    }),
  ),
  tableId: z.string(),
  campaigns: z.array(z.object({ id: Id, siteId: z.string(), name: z.string(), outboundLineCount: z.number() })),
  rows: z.record(z.string(), z.record(z.string(), z.unknown())),
});
/** What the simulated organisation's telephony is now, as far as the demonstration tells it. */
export type TelephonyFacts = z.infer<typeof Facts>;

const Counts = z.object({
  made: z.number(),
  refused: z.number(),
  insideGate: z.number(),
  crossing: z.number(),
  calls: z.record(z.string(), z.record(z.string(), z.number())),
});
export type StormCounts = z.infer<typeof Counts>;

const Writes = z.array(
  z.object({ at: z.string(), kind: z.enum(['route', 'row', 'campaign']), id: Id, after: z.unknown() }),
);
export type AcceptedWrites = z.infer<typeof Writes>;

/** Looks at a simulated organisation's telephony and lets things happen to it. */
export class TelephonyControl {
  constructor(private readonly url: string) {}

  async facts(): Promise<TelephonyFacts> {
    return Facts.parse(await this.ask('GET', 'telephony'));
  }

  /** Every write that was accepted, in order. */
  async writes(): Promise<AcceptedWrites> {
    return Writes.parse(await this.ask('GET', 'writes'));
  }

  async counts(): Promise<StormCounts> {
    return Counts.parse(await this.ask('GET', 'counts'));
  }

  /** Forgets what was counted so far. */
  async resetCounts(): Promise<void> {
    await this.ask('POST', 'reset');
  }

  /** Lets things happen as time goes by, each so many seconds from now. */
  async script(events: readonly { readonly afterSeconds: number; readonly event: object }[]): Promise<void> {
    await this.ask('POST', 'script', events);
  }

  async fault(fault: object): Promise<void> {
    await this.ask('POST', 'faults', fault);
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the simulator refused ${method} ${path}: ${text}`);
    return text === '' ? null : (JSON.parse(text) as unknown);
  }
}
