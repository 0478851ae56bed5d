module.exports = {
    displayName: 'webapp',
    rootDir: __dirname,
    roots: ['<rootDir>/src'],
    testEnvironment: 'jsdom',
    setupFilesAfterEnv: ['<rootDir>/src/testing/matchers.ts'],
    moduleNameMapper: {'\\.css$': '<rootDir>/jest.style.cjs'},
    transform: {
        '^.+\\.tsx?$': ['@swc/jest', {
            jsc: {
                parser: {syntax: 'typescript', tsx: true},
                target: 'es2022',
                transform: {react: {runtime: 'classic'}},
            },
            module: {type: 'commonjs'},
        }],
    },
};
