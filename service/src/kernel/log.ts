import {pino, type Logger} from 'pino';

export type {Logger} from 'pino';

// The second net: secrets must not get here at all. Names as they occur in our settings, HTTP headers and Mattermost's configuration.
const SECRET_PATHS = [
  'authorization',
  'password',
  'token',
  'code',
  'secret',
  'url_with_password',
  '*.authorization',
  '*.password',
  '*.token',
  '*.secret',
  'headers.authorization',
  'headers.cookie',
  'headers["x-dr-token"]',
];

/** Logs are JSON lines on stderr: stdout belongs to answers. */
export function createLog(level: string): Logger {
  return pino(
    {level, redact: {paths: SECRET_PATHS, censor: '[redacted]'}, base: null},
    pino.destination({fd: 2, sync: true}),
  );
}
