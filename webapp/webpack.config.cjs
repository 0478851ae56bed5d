const path = require('node:path');

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

module.exports = {
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
            {
                test: /\.tsx?$/,
                exclude: /node_modules/,
                use: {
                    loader: 'swc-loader',
                    options: {
                        jsc: {
                            parser: {syntax: 'typescript', tsx: true},
                            target: 'es2022',
                            transform: {react: {runtime: 'classic'}},
                        },
                    },
                },
            },
            {test: /\.css$/, type: 'asset/source'},
        ],
    },
    output: {
        path: path.join(__dirname, 'dist'),
        filename: 'main.js',
        chunkFilename: '[name].[contenthash:12].js',
        chunkLoadingGlobal: 'disasterRecoveryChunks',
        uniqueName: 'disaster-recovery',
        clean: true,
    },
    performance: {hints: false},
};
