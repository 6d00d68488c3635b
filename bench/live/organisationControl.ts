import { z } from 'zod';

const Message = z.object({ number: z.number(), atMs: z.number(), topic: z.string(), eventBody: z.unknown() });
/** A message that the simulated organisation published. */
export type PublishedMessage = z.infer<typeof Message>;

const Agents = z.object({
  agents: z.array(
    z.object({
      userId: z.string(),
      adherence: z.object({ adherenceState: z.string(), businessUnit: z.object({ id: z.string() }) }),
      routingStatus: z.object({ status: z.string(), startTime: z.string() }),
    }),
  ),
});
export type AgentNow = z.infer<typeof Agents>['agents'][number];

/** Switches of a simulated organisation for what agents do now, and what it published. */
export class OrganisationControl {
  constructor(private readonly url: string) {}

  async setEventsPerSecond(eventsPerSecond: number): Promise<void> {
    await this.ask('POST', 'live', { eventsPerSecond });
  }

  async messages(): Promise<PublishedMessage[]> {
    return z.array(Message).parse(await this.ask('GET', 'notifications/messages'));
  }

  async agents(): Promise<AgentNow[]> {
    return Agents.parse(await this.ask('GET', 'live')).agents;
  }

  private async ask(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/${path}`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the simulator refused ${method} ${path}: ${await response.text()}`);
    return await response.json();
  }
}
