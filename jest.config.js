/** Tests run on what tsc made of them, as the hub does; `npm test` builds first. */
export default {
  rootDir: 'dist',
  testMatch: ['<rootDir>/test/**/*.test.js'],
  transform: {},
  testEnvironment: 'node',
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  reporters: ['default', '<rootDir>/test/support/last-line-reporter.js'],
  maxWorkers: 2,
  // Each test file loads its own copy of every module, and V8 gives that memory back late.
  workerIdleMemoryLimit: '512MB',
  testTimeout: 120_000,
};
