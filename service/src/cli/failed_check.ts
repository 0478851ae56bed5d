import type {DoctorReport} from '@disaster-recovery/contract';
import {Failure} from '../kernel/failure.ts';

/** The failure of the first check that failed, under its own code and with its own remedy; null when none failed. */
export function failedCheck({checks}: DoctorReport): Failure | null {
  const failed = checks.find(({outcome}) => outcome === 'failed');
  if (!failed) {
    return null;
  }
  const {name, message, remedy} = failed;
  const [, code, text] = /^([A-Z_]+): (.*)$/s.exec(message) ?? [];
  return new Failure((code ?? 'CONFIG_INVALID') as Failure['code'], `${name}: ${text ?? message}`, {
    ...(remedy !== null && {remedy}),
  });
}
