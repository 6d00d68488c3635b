import type { Connection } from './connection.js';
import { letGo } from './letGo.js';
import type { ListenerParts } from './listenerParts.js';

/** The connection that was replaced last: it is listened to a little longer, because what it was sent may still be on its way. */
export class FormerConnection {
  #former: Connection | null = null;

  /** @param over called when it is listened to no longer. */
  constructor(
    private readonly parts: Pick<ListenerParts, 'calls' | 'log' | 'settings'>,
    private readonly over: () => void,
  ) {}

  /** Whether there is one that is listened to still. */
  get isHeard(): boolean {
    return this.#former !== null;
  }

  take(connection: Connection): void {
    void letGo(this.parts, this.#former);
    this.#former = connection;
    setTimeout(() => {
      if (this.#former !== connection) return;
      this.#former = null;
      this.over();
      void letGo(this.parts, connection);
    }, this.parts.settings.overlapMs).unref();
  }

  async letGo(): Promise<void> {
    await letGo(this.parts, this.#former);
  }
}
