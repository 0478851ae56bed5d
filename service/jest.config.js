export default {
  displayName: 'service',
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@disaster-recovery/contract$': '<rootDir>/../contract/src/index.ts',
  },
  transform: {
    '^.+\\.ts$': ['@swc/jest', {jsc: {parser: {syntax: 'typescript'}, target: 'es2023'}, module: {type: 'es6'}}],
  },
};
