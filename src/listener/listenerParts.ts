import type { ChannelHosts } from '../domain/live/channelAddress.js';
import { CHANNELS_A_CLIENT } from '../domain/live/channelPlan.js';
import type { ChannelCalls } from '../domain/live/channelCalls.js';
import type { LiveSink } from '../domain/live/liveSink.js';
import type { SilenceLimits } from '../domain/live/silence.js';

/** The clocks that a listener goes by. Milliseconds. */
export interface ListenerClock {
  /** Genesys's time, since the epoch: bounds of gaps. */
  genesysMs(): number;
  /** A clock that nobody sets: how long things take. */
  steadyMs(): number;
  /** This machine's, since the epoch: the instants that failures name. */
  wallMs(): number;
}

/** Where a listener says what it does: the shape of a pino logger. Facts hold no address of a channel, token or id of a person. */
export interface ListenerLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** How patient a listener is. Milliseconds, unless named otherwise. */
export interface ListenerSettings extends SilenceLimits {
  /** For a socket to be open after its address is known. */
  readonly handshakeTimeoutMs: number;
  /** For a call about channels to be answered; one that takes longer is made again, and its answer dropped. */
  readonly callTimeoutMs: number;
  /** Largest message that is read; a socket that brings a larger one is closed. */
  readonly largestMessageBytes: number;
  /** How often each channel's topics are read, to notice those that vanished. */
  readonly checkEveryMs: number;
  /** How often topics that were refused are asked for again, with the reading of a channel's topics that comes next. */
  readonly askRefusedEveryMs: number;
  /** Channels that the OAuth client may have, those of other programs with the same client left out. */
  readonly channels: number;
  /** How long the channel that is replaced is still listened to, after the next one is subscribed. */
  readonly overlapMs: number;
  /** A connection that lasted so long counts as good: the next try after it comes at once. */
  readonly lastingMs: number;
  /** How often at most the sink is told of an unchanged state, when something came. */
  readonly tellEveryMs: number;
}

/** Heartbeats come about every 30 s; Genesys's own clients give up after 35. */
export const LISTENER_DEFAULTS: ListenerSettings = {
  silenceMs: 35_000,
  pingAfterMs: 5_000,
  pongWithinMs: 5_000,
  handshakeTimeoutMs: 5_000,
  callTimeoutMs: 10_000,
  largestMessageBytes: 4 * 1024 * 1024,
  checkEveryMs: 5 * 60_000,
  askRefusedEveryMs: 10 * 60_000,
  channels: CHANNELS_A_CLIENT,
  overlapMs: 2_000,
  lastingMs: 10_000,
  tellEveryMs: 1_000,
};

/** What a listener works with. */
export interface ListenerParts {
  readonly hosts: ChannelHosts;
  readonly calls: ChannelCalls;
  readonly sink: LiveSink;
  readonly clock: ListenerClock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: ListenerLog;
  readonly settings: ListenerSettings;
}
