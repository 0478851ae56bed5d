import {readFile} from 'node:fs/promises';
import {createTransport} from 'nodemailer';
import {Failure, systemErrorCode} from '../../kernel/failure.ts';
import type {Way} from './port.ts';
import {headline, inWords} from './text.ts';

const TIMEOUT_MS = 15_000;

export type MailSettings = {
  host: string;
  port: number;
  /** `starttls`: encrypted before anything is said, or nothing is. `tls`: from the first byte. `none`: not at all. */
  security: 'starttls' | 'tls' | 'none';
  user: string | null;
  /** A file with the password; read at each mail, so that a new one counts at once. */
  passwordFile: string | null;
  from: string;
  to: readonly string[];
};

/** By a mail server of one's own, not Mattermost's. */
export function createMailWay(settings: MailSettings): Way {
  const {host, port, security, from, to} = settings;
  return {
    name: 'smtp',
    send: async (message) => {
      const transport = createTransport({
        host,
        port,
        secure: security === 'tls',
        requireTLS: security === 'starttls',
        ignoreTLS: security === 'none',
        connectionTimeout: TIMEOUT_MS,
        greetingTimeout: TIMEOUT_MS,
        socketTimeout: TIMEOUT_MS,
        ...(await signIn(settings)),
      });
      try {
        await transport.sendMail({from, to: [...to], subject: headline(message), text: inWords(message)});
      } catch (error) {
        throw notTaken(error);
      } finally {
        transport.close();
      }
    },
  };
}

/** @throws Failure NOTIFICATION_FAILED */
async function signIn({user, passwordFile}: MailSettings): Promise<{auth?: {user: string; pass: string}}> {
  if (user === null || passwordFile === null) {
    return {};
  }
  try {
    return {auth: {user, pass: (await readFile(passwordFile, 'utf8')).trim()}};
  } catch (error) {
    throw new Failure(
      'NOTIFICATION_FAILED',
      `${passwordFile} cannot be read (${systemErrorCode(error) ?? 'unknown reason'}).`,
    );
  }
}

/** Code and answer of the server; never the error itself, which may hold what was said to sign in. */
function notTaken(error: unknown): Failure {
  const {responseCode, command} = error as {responseCode?: unknown; command?: unknown};
  const answered = typeof responseCode === 'number' ? `it answered ${responseCode}` : reasonOf(error);
  const at = typeof command === 'string' ? ` at ${command}` : '';
  return new Failure('NOTIFICATION_FAILED', `The mail server did not take the message (${answered}${at}).`);
}

/** The system's own code stands in the text; the library's, like ESOCKET, says less. */
function reasonOf(error: unknown): string {
  const {message} = error as {message?: unknown};
  const named = /\bE[A-Z]{4,}\b/.exec(typeof message === 'string' ? message : '')?.[0];
  return named ?? systemErrorCode(error) ?? 'no reason given';
}
