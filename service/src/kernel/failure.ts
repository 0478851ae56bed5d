import {FAILURES, type ErrorBody, type FailureCode} from '@disaster-recovery/contract';

/** Every error that a person sees is one of the catalogue; the original goes into `cause`. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly details: Record<string, unknown> | undefined;
  /** What to do about this very cause; the catalogue's remedy of the code, unless one was given. */
  readonly remedy: string;

  constructor(
    code: FailureCode,
    message: string,
    options: {cause?: unknown; details?: Record<string, unknown>; remedy?: string} = {},
  ) {
    super(message, options.cause === undefined ? {} : {cause: options.cause});
    this.name = 'Failure';
    this.code = code;
    this.details = options.details;
    this.remedy = options.remedy ?? FAILURES[code].remedy;
  }
}

/** Whatever was thrown, as a Failure: unknown things become INTERNAL and keep their cause. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const code = sqliteFailureCode(error);
  if (code) {
    return new Failure(code, `The state could not be used: ${(error as Error).message}`, {cause: error});
  }
  return new Failure('INTERNAL', error instanceof Error ? error.message : String(error), {cause: error});
}

export function errorBody(failure: Failure): ErrorBody {
  const {meaning, retryable} = FAILURES[failure.code];
  return {
    code: failure.code,
    message: failure.message,
    meaning,
    remedy: failure.remedy,
    retryable,
    ...(failure.details && {details: failure.details}),
  };
}

/** Result codes of SQLite, by their last byte: sqlite.org/rescode.html. */
const SQLITE_FAILURES: Readonly<Record<number, FailureCode>> = {
  5: 'STATE_BUSY', // SQLITE_BUSY
  6: 'STATE_BUSY', // SQLITE_LOCKED
  8: 'STATE_UNUSABLE', // SQLITE_READONLY
  10: 'STATE_UNUSABLE', // SQLITE_IOERR
  11: 'STATE_DAMAGED', // SQLITE_CORRUPT
  13: 'DISK_FULL', // SQLITE_FULL
  14: 'STATE_UNUSABLE', // SQLITE_CANTOPEN
  26: 'STATE_DAMAGED', // SQLITE_NOTADB
};

function sqliteFailureCode(error: unknown): FailureCode | undefined {
  return systemErrorCode(error) === 'ERR_SQLITE_ERROR' && 'errcode' in (error as object)
    ? SQLITE_FAILURES[(error as {errcode: number}).errcode & 0xff]
    : undefined;
}

/** Node's system error code (`ENOENT`, `ENOSPC`, …), if the value is such an error. */
export function systemErrorCode(error: unknown): string | undefined {
  // Not `instanceof Error`: errors of Node's own modules come from another realm under the test runner.
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
