import {FAILURES, type ErrorBody, type FailureCode} from '@disaster-recovery/contract';

/** Every error that a person sees is one of the catalogue; the original goes into `cause`. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly details: Record<string, unknown> | undefined;

  constructor(code: FailureCode, message: string, options: {cause?: unknown; details?: Record<string, unknown>} = {}) {
    super(message, options.cause === undefined ? {} : {cause: options.cause});
    this.name = 'Failure';
    this.code = code;
    this.details = options.details;
  }
}

/** Whatever was thrown, as a Failure: unknown things become INTERNAL and keep their cause. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) {
    return error;
  }
  return new Failure('INTERNAL', error instanceof Error ? error.message : String(error), {cause: error});
}

export function errorBody(failure: Failure): ErrorBody {
  const {meaning, remedy, retryable} = FAILURES[failure.code];
  return {
    code: failure.code,
    message: failure.message,
    meaning,
    remedy,
    retryable,
    ...(failure.details && {details: failure.details}),
  };
}

/** Node's system error code (`ENOENT`, `ENOSPC`, …), if the value is such an error. */
export function systemErrorCode(error: unknown): string | undefined {
  // Not `instanceof Error`: errors of Node's own modules come from another realm under the test runner.
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
