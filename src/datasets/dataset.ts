import type { DatasetLoad } from '../domain/datasetLoad.js';
import type { DatasetName, ExportWindow } from '../domain/exportWindow.js';

/** What the object around a sliced array says of its elements. Instants are ISO 8601 UTC. */
export interface EnvelopeFacts {
  /** Instant from which the elements' offsets count. */
  readonly base: string;
  /** Exclusive instant up to which the object answers. */
  readonly coveredUntil: string;
}

/** One kind of history: how it is decoded and loaded. How it is asked for is each dataset's own function. */
export interface Dataset {
  readonly name: DatasetName;
  readonly load: DatasetLoad;
  /** @throws Failure `Corrupt`, with the path, when the envelope lacks what is needed or answers another question. */
  readEnvelope(envelope: string, window: ExportWindow): EnvelopeFacts;
}
