import type {NotifyTest} from '@disaster-recovery/contract';

const NO_WAYS =
  'Nobody is told of alarms: `notify` in the configuration of the companion names no way. Give it one that does not need Mattermost.';

/** What came of a test, one line for each way. */
export function testLines({ways}: NotifyTest): string[] {
  return ways.length === 0
    ? [NO_WAYS]
    : ways.map(({way, sent, message, remedy}) =>
        sent ? `${way}: sent` : `${way}: not sent. ${message ?? ''} ${remedy ?? ''}`.trim(),
      );
}
