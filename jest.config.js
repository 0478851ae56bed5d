export default {
  projects: ['contract', 'service', 'webapp', 'test', 'test/soak'].map((name) => `<rootDir>/${name}`),
  // No test is judged by its time: jest's five seconds are few on a machine that does other things as well.
  testTimeout: 60_000,
  testSequencer: '<rootDir>/test/longest_first.ts',
};
