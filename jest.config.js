export default {
  projects: ['contract', 'service', 'webapp', 'test', 'test/soak'].map((name) => `<rootDir>/${name}`),
  testSequencer: '<rootDir>/test/longest_first.ts',
};
