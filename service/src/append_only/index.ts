export {createProbes, type Probes} from './probes.ts';
