import type { PayloadCodec } from '@temporalio/common';
import type { NativeConnectionPlugin, WorkerPlugin } from '@temporalio/worker';

type Direction = 'encode' | 'decode';
type Payloads = Parameters<PayloadCodec['decode']>[0];

/** One payload that a worker is to be slow with. */
export interface HeldPayload {
  /** Resolves once the worker is at it. */
  readonly reached: Promise<void>;
  letGo(): void;
}

/**
 * A codec that changes nothing and holds what it is told to: so a workflow's task takes as long as a test needs, as one does on a busy
 * machine, and what comes meanwhile is met together by the next.
 */
export class HeldPayloads {
  private readonly held: { isIt: (direction: Direction, text: string) => boolean; wait: () => Promise<void> }[] = [];

  /** To be given to the connection of a worker. */
  readonly plugin: NativeConnectionPlugin & WorkerPlugin = {
    name: 'held payloads',
    configureWorker: (options) => ({ ...options, dataConverter: { payloadCodecs: [this.codec] } }),
  };

  private readonly codec: PayloadCodec = {
    encode: (payloads) => this.pass('encode', payloads),
    decode: (payloads) => this.pass('decode', payloads),
  };

  /** Holds the first payload on its way from or to a worker that has the text in it. */
  hold(direction: Direction, text: string): HeldPayload {
    let reach = (): void => undefined;
    let letGo = (): void => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    const released = new Promise<void>((resolve) => (letGo = resolve));
    let isMet = false;
    this.held.push({
      isIt: (way, data) => !isMet && way === direction && data.includes(text) && (isMet = true),
      wait: async () => {
        reach();
        await released;
      },
    });
    return { reached, letGo };
  }

  private async pass(direction: Direction, payloads: Payloads): Promise<Payloads> {
    for (const { data } of payloads) {
      const text = Buffer.from(data ?? []).toString();
      await Promise.all(this.held.filter(({ isIt }) => isIt(direction, text)).map(({ wait }) => wait()));
    }
    return payloads;
  }
}
