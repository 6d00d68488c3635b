import { z } from 'zod';

/** The simulator's own counters, as far as the demonstration tells them. */
const Counts = z.object({
  made: z.number(),
  refused: z.number(),
  insideGate: z.number(),
  activeDownloads: z.number(),
  downloads: z.object({ complete: z.number(), bytesServed: z.number(), fetchedTwice: z.number() }),
});
export type Counts = z.infer<typeof Counts>;

/** Reads the simulator's counters and switches its faults. */
export class SimulatorControl {
  constructor(private readonly url: string) {}

  async counts(): Promise<Counts> {
    const response = await fetch(`${this.url}/counts`);
    return Counts.parse(await response.json());
  }

  async fault(fault: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.url}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (!response.ok) throw new Error(`the simulator refused a fault: ${await response.text()}`);
  }

  async clearFaults(): Promise<void> {
    await fetch(`${this.url}/faults`, { method: 'DELETE' });
  }
}
