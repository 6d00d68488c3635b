/**
 * A simulated organisation in a process of its own, so that what it computes is not counted as the worker's. Started by
 * `exportStage.ts`; ends when its parent does.
 */
import { type SimulatorOptions } from '../src/simulator/simulatorOptions.js';
import { startSimulator } from '../src/simulator/startSimulator.js';
import type { SimulatorReady } from './exportStage.js';

const simulator = await startSimulator(JSON.parse(process.argv[2] ?? '{}') as SimulatorOptions);
const { url, controlUrl, clientId, clientSecret } = simulator;
const ready: SimulatorReady = { url, controlUrl, clientId, clientSecret };
process.send?.(ready);
process.once('disconnect', () => process.exit());
