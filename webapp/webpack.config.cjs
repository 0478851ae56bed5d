const {readFileSync} = require('node:fs');
const path = require('node:path');
const {sources} = require('webpack');

/** What the Mattermost web client offers as globals. A second copy of React in the page would break hooks. */
const hostGlobals = {
    react: 'React',
    'react-dom': 'ReactDOM',
    redux: 'Redux',
    'react-redux': 'ReactRedux',
    'react-intl': 'ReactIntl',
    'react-router-dom': 'ReactRouterDom',
    'prop-types': 'PropTypes',
    luxon: 'Luxon',
};

const typescript = (target) => ({
    test: /\.tsx?$/,
    exclude: /node_modules/,
    use: {
        loader: 'swc-loader',
        options: {
            jsc: {
                parser: {syntax: 'typescript', tsx: true},
                target,
                transform: {react: {runtime: 'classic'}},
            },
        },
    },
});

/** What the plugin's page in the System Console loads. */
const page = {
    mode: 'production',
    devtool: false,
    target: ['web', 'es2022'],
    entry: './src/index.tsx',
    context: __dirname,
    externals: hostGlobals,
    externalsType: 'window',
    resolve: {extensions: ['.ts', '.tsx', '.js']},
    module: {
        rules: [
            typescript('es2022'),
            {test: /\.css$/, type: 'asset/source'},
        ],
    },
    output: {
        path: path.join(__dirname, 'dist'),
        filename: 'main.js',
        chunkFilename: '[name].[contenthash:12].js',
        chunkLoadingGlobal: 'disasterRecoveryChunks',
        uniqueName: 'disaster-recovery',
        clean: {keep: /^claim\//},
    },
    performance: {hints: false},
};

/** Served as they are written. */
const asWritten = (folder, names) => ({
    apply(compiler) {
        compiler.hooks.thisCompilation.tap('as-written', (compilation) => {
            compilation.hooks.processAssets.tap('as-written', () => {
                for (const name of names) {
                    const file = path.join(folder, name);
                    compilation.fileDependencies.add(file);
                    compilation.emitAsset(name, new sources.RawSource(readFileSync(file)), {minimized: true});
                }
            });
        });
    },
});

/** The claim page: for people who are not signed in, so it has nothing of the web client and works by itself. */
const claim = {
    mode: 'production',
    devtool: false,
    target: ['web', 'es2019'],
    entry: './claim/main.ts',
    context: __dirname,
    resolve: {extensions: ['.ts']},
    module: {rules: [typescript('es2019')]},
    plugins: [asWritten(path.join(__dirname, 'claim'), ['claim.html', 'claim.css'])],
    output: {path: path.join(__dirname, 'dist', 'claim'), filename: 'claim.js', clean: true},
    performance: {maxAssetSize: 20_000, maxEntrypointSize: 20_000, hints: 'error'},
};

module.exports = [page, claim];
