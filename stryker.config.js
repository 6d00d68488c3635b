import jest from './jest.config.js';

// Mutation testing of the decisions, outside CI: `npm run mutate`, or `npm run mutate -- -m src/domain/gates.ts` for one file.
export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  mutate: ['src/domain/**/*.ts'],
  jest: {
    projectType: 'custom',
    // Pure tests need no Temporal server.
    config: {
      ...jest,
      roots: ['<rootDir>/test/domain'],
      testEnvironment: 'node',
      globalSetup: undefined,
      globalTeardown: undefined,
      reporters: [],
    },
    enableFindRelatedTests: true,
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Messages are read by people; no test should hold their every word.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', 'docs', '.rosterline', 'reports'],
  incremental: true,
  incrementalFile: 'reports/mutation.json',
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, logTests: false },
  tempDirName: '.stryker-tmp',
};
