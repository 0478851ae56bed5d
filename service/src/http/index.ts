export {listenAddress, tlsPinOf, type ListenAddress} from './listen.ts';
export {createMetrics, type Metrics, type MetricsParts} from './metrics.ts';
export {createServer, type ServerParts} from './server.ts';
export type {Verbs} from './handlers.ts';
