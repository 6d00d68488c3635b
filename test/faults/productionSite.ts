import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExportRig, startExportRig } from '../support/exportRig.js';
import type { KilledExport } from './killedExport.js';
import { OwnObjectServer } from './ownObjectServer.js';
import { OwnPostgres } from './ownPostgres.js';
import { OwnTemporal } from './ownTemporal.js';
import { SupervisedWorker } from './supervisedWorker.js';

/** Production's shape on one machine: several workers, Temporal, PostgreSQL and an S3 store, each of which can be killed. */
export interface ProductionSite {
  readonly rig: ExportRig;
  readonly temporal: OwnTemporal;
  readonly postgres: OwnPostgres;
  readonly objects: OwnObjectServer;
  readonly workers: readonly SupervisedWorker[];
  readonly directory: string;
  /** What must not be found in a history. */
  readonly secrets: readonly string[];
  /** Settles when every server answers. */
  answers(): Promise<void>;
  /** Lets the workers end their work. */
  rest(): Promise<void>;
  /** Ends all of it. @param keep leave what was written, but for the warehouse. */
  stop(keep: boolean): Promise<void>;
}

/**
 * Starts everything, with the chain signed and retention on every object. Settles when every worker is ready.
 *
 * All workers have one `ROSTERLINE_DATA`, as those of one machine may: a body whose worker is killed is gone on with by another.
 */
export async function startProductionSite(exported: KilledExport, workers: number): Promise<ProductionSite> {
  const directory = await mkdtemp(join(tmpdir(), 'rosterline-production-'));
  const temporal = await OwnTemporal.start(join(directory, 'server'));
  const postgres = await OwnPostgres.start();
  const objects = await OwnObjectServer.start();
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const settings: Record<string, string> = { ...postgres.settings, ...objects.settings, ROSTERLINE_SIGNING_KEY: pem };
  const own = { address: temporal.address, directory, settings };
  const rig = await startExportRig('production', exported.organisation, own);
  const supervised = Array.from({ length: workers }, () => new SupervisedWorker(() => rig.startWorker()));
  const rest = async () => {
    await Promise.all(supervised.map((worker) => worker.stop()));
  };
  const site: ProductionSite = {
    rig,
    temporal,
    postgres,
    objects,
    workers: supervised,
    directory,
    secrets: [settings['WAREHOUSE_PASSWORD'] ?? '', settings['AWS_SECRET_ACCESS_KEY'] ?? '', pem.split('\n')[1] ?? pem],
    async answers() {
      await Promise.all([temporal, postgres, objects].map((server) => server.answers()));
    },
    rest,
    async stop(keep) {
      await rest();
      await rig.close();
      await Promise.all([temporal, postgres, objects].map((server) => server.stop()));
      if (!keep) await rm(directory, { recursive: true, force: true });
    },
  };
  try {
    await Promise.all(supervised.map((worker) => worker.ready()));
    return site;
  } catch (error) {
    await site.stop(true);
    throw error;
  }
}
