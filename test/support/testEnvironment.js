import { TestEnvironment } from 'jest-environment-node';
import { endLocalStorages } from './localStorages.js';
import { endDescendants } from './testProcesses.js';

/** Node, as Jest's own environment has it; whatever processes a test file has left when it ends, for whatever reason, end with it. */
export default class ChildlessEnvironment extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    this.file = context.testPath;
    // Jest's own process was killed: nobody else would end what this file has started.
    this.orphaned = () => {
      endDescendants();
      process.exit(1);
    };
    process.once('disconnect', this.orphaned);
  }

  async teardown() {
    process.off('disconnect', this.orphaned);
    const ended = endDescendants();
    if (ended.length > 0) process.stderr.write(`${this.file} left processes, which were ended:\n${ended.join('\n')}\n`);
    await super.teardown();
    endLocalStorages();
  }
}
