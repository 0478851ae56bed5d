import type {NextAction} from '@disaster-recovery/contract';
import {inPlace} from './place.ts';

/** Something to do, and the one command that does it: as it is typed on a shell and in chat, null where it is not typed. */
export function actionBy(message: string, command: string): NextAction {
  const [shell, chat] = [inPlace(command, 'cli'), inPlace(command, 'chat')];
  return {
    message,
    remedy: command,
    shell: shell.startsWith('drctl ') ? shell : null,
    chat: chat.startsWith('/dr ') ? chat : null,
  };
}
