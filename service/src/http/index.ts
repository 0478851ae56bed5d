export {listenAddress, type ListenAddress} from './listen.ts';
export {createMetrics, type Metrics} from './metrics.ts';
export {createServer} from './server.ts';
export type {Verbs} from './handlers.ts';
