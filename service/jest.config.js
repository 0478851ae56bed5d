export default {
  displayName: 'service',
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@disaster-recovery/contract$': '<rootDir>/../contract/src/index.ts',
  },
  transform: {'^.+\\.ts$': ['ts-jest', {useESM: true, tsconfig: '<rootDir>/tsconfig.json', diagnostics: false}]},
};
