/**
 * A simulated organisation in a process of its own, so that what it computes is not counted as the worker's. Started by
 * `startProcesses.ts`; ends when its parent does.
 */
import { type SimulatorOptions } from '../src/simulator/simulatorOptions.js';
import { type RunningSimulator, startSimulator } from '../src/simulator/startSimulator.js';

/** What the simulator's process says when it answers. */
export type SimulatorReady = Pick<
  RunningSimulator,
  'url' | 'controlUrl' | 'clientId' | 'clientSecret' | 'organisationId' | 'units'
>;

// First of all: a parent that is gone meanwhile says nothing later.
process.once('disconnect', () => process.exit());
const simulator = await startSimulator(JSON.parse(process.argv[2] ?? '{}') as SimulatorOptions);
const { url, controlUrl, clientId, clientSecret, organisationId, units } = simulator;
const ready: SimulatorReady = { url, controlUrl, clientId, clientSecret, organisationId, units };
process.send?.(ready);
