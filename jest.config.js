/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/test/support/testEnvironment.js',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/globalSetup.js',
  globalTeardown: '<rootDir>/test/support/globalTeardown.js',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  // Many times what any test takes: it only ends what hangs.
  testTimeout: 300_000,
  // More than the processors: tests that run a Temporal server wait for it half of their time. Four keep both busy, and whoever goes by
  // a clock (a limit's window, a gate) comes too late.
  maxWorkers: 3,
  // Modules of test files that have ended stay in memory, and near its heap's limit a process does little but collect.
  workerIdleMemoryLimit: '1GB',
  reporters: ['default', '<rootDir>/test/support/countReporter.js'],
};
