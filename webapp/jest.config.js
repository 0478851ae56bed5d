module.exports = {
    displayName: 'webapp',
    rootDir: __dirname,
    roots: ['<rootDir>/src', '<rootDir>/claim'],
    testEnvironment: 'jsdom',
    setupFilesAfterEnv: ['<rootDir>/src/testing/matchers.ts'],
    moduleNameMapper: {'\\.css$': '<rootDir>/jest.style.cjs'},
    transform: {
        '\\.html$': '<rootDir>/jest.html.cjs',
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
