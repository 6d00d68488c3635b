import { fileURLToPath } from 'node:url';

const BUILT = import.meta.url.includes('/dist/src/');

/** Where the build leaves the workflows' bundle, whether this code runs compiled or from source. */
export const WORKFLOW_BUNDLE_PATH = fileURLToPath(
  new URL(BUILT ? '../../workflow-bundle.js' : '../../dist/workflow-bundle.js', import.meta.url),
);
