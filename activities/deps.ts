import type { Config } from '../src/config/loadConfig.js';
import type { CoverageRules } from '../src/domain/coverage/coverageRules.js';
import type { GenesysClient } from '../src/genesys/genesysClient.js';
import type { DownloadLinks } from '../src/genesys/downloadLinks.js';
import type { ObjectStore } from '../src/objects/objectStore.js';
import type { Warehouse } from '../src/warehouse/warehouse.js';
import type { ExportReporter } from './exportReporter.js';
import type { JobTimes } from './jobTimes.js';
import type { LastCustodyCheck } from './lastCustodyCheck.js';
import type { LiveDeps } from './liveDeps.js';

/** What the activities of one worker process act through. */
export interface ActivityDeps {
  readonly genesys: GenesysClient;
  /** The organisation that this worker serves: work planned for another is refused. */
  readonly organisation: { readonly id: string; readonly name: string };
  readonly objects: ObjectStore;
  /** Null in a worker that does not own the warehouse. */
  readonly warehouse: Warehouse | null;
  readonly links: DownloadLinks;
  /** How long adherence jobs took, learnt while running. */
  readonly jobTimes: JobTimes;
  /** What the last verification of the chain found. */
  readonly lastCustodyCheck: LastCustodyCheck;
  readonly reporter: ExportReporter;
  readonly settings: Config['export'];
  /** By what a night's coverage is judged. */
  readonly coverageRules: CoverageRules;
  /** The configured policy of the trunk sync; null where there is none. */
  readonly syncPolicy: Config['sync'];
  /** What a listener works with; null in a worker that does not own the warehouse. */
  readonly live: LiveDeps | null;
  /** Directory for files that one activity makes and removes. */
  readonly scratchDirectory: string;
  /** Milliseconds between tries of a step that a person must make possible (secret, permission, disk, lock). */
  readonly probeEveryMs: number;
  now(): Date;
}
