import {dirname} from 'node:path';
import type {ConfigSource} from './port.ts';

/** A config.json on this machine. */
export function createFileConfig(path: string): ConfigSource {
  const directory = dirname(path);
  return {kind: 'file', location: path, directory, bringToDisk: async () => directory};
}
