import {dirname} from 'node:path';
import {realDirectory} from '../../kernel/real_path.ts';
import type {ConfigSource} from './port.ts';

/** A config.json on this machine. */
export function createFileConfig(path: string): ConfigSource {
  const directory = dirname(path);
  return {kind: 'file', location: path, directory, bringToDisk: () => realDirectory(directory)};
}
