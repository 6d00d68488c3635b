import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { runInContext, type Context } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { WORKFLOW_BUNDLE_PATH } from '../../src/temporal/workflowBundlePath.js';

/** What a worker makes once for all workflows of a bundle, before the first one: not exported by the SDK, whose version is exact. */
interface Sandbox {
  readonly context: Context;
  destroy(): Promise<void>;
}
interface SdkInternals {
  readonly ReusableVMWorkflowCreator: {
    create(bundle: unknown, timeoutMs: number, activities: ReadonlySet<string>): Promise<Sandbox>;
  };
  readonly parseWorkflowCode: (code: string, path: string) => unknown;
}
const packages = createRequire(import.meta.url);
const worker = packages.resolve('@temporalio/worker');
const internal = (name: string): SdkInternals => packages(worker.replace(/index\.js$/, name)) as SdkInternals;

describe('the bundle of the workflows', () => {
  it('evaluates decisions and schemas once for all workflows of a worker, and lets schemas keep what they work out', async () => {
    const { parseWorkflowCode } = internal('worker.js');
    const { ReusableVMWorkflowCreator } = internal('workflow/reusable-vm.js');
    const code = readFileSync(WORKFLOW_BUNDLE_PATH, 'utf8');
    const sandbox = await ReusableVMWorkflowCreator.create(
      parseWorkflowCode(code, WORKFLOW_BUNDLE_PATH),
      30_000,
      new Set(),
    );
    // What is in the cache of modules now was put there before any workflow, and is every workflow's.
    const shared = (expression: string): unknown =>
      runInContext(
        `(() => { const exported = (file) => __webpack_module_cache__[file]?.exports; return ${expression}; })()`,
        sandbox.context,
      );
    const schema = `exported('./dist/src/domain/historyExportInput.js').HistoryExportInput`;
    expect(shared(`exported('./dist/workflows/historyExport.js')`)).toBeUndefined();
    expect(shared(`${schema}.safeParse({}).success`)).toBe(false);
    expect(shared(`Object.isFrozen(exported('./dist/src/domain/sync/decideRound.js'))`)).toBe(true);
    expect(shared(`exported('./dist/src/domain/legalHold.js').CustodyId.safeParse('matter-7').success`)).toBe(true);
    await sandbox.destroy();
  });
});
