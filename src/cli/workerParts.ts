// Loaded by the commands that work, not by those that only ask: the SDKs and the database take a second to load.
export { createLog } from '../telemetry/createLog.js';
export { startKeptServer } from '../temporal/keptServer.js';
export { installRuntime } from '../temporal/installRuntime.js';
export { offerHealth } from '../temporal/offerHealth.js';
export { DRAIN } from '../temporal/drain.js';
export { startWorker } from '../temporal/startWorker.js';
export { connectClient } from '../temporal/connectClient.js';
export { untilOwner, untilShared } from '../temporal/sharedObjects.js';
