import type {z} from 'zod';
import {approve} from './approve.ts';
import {backup} from './backup.ts';
import {cancel, jobs} from './jobs.ts';
import {copies, copy} from './copies.ts';
import {notifyTest} from './notify.ts';
import {policyEdit, policySet, policyShow} from './policy.ts';
import {hold, keepApply, keepPreview, release} from './keep.ts';
import {probe} from './probe.ts';
import {restore} from './restore.ts';
import {scheduleList, schedulePause, schedulePreview, scheduleResume, scheduleRun} from './schedule.ts';
import {config, enroll, init, serve} from './set_up.ts';
import {list, show} from './sets.ts';
import {adminAccess, claimSheet, letIn} from './sso_access.ts';
import {close, declare, extendSessions, resolve, setAgain} from './sso_incident.ts';
import {forecast, lockedOut, readiness, returnList, snapshot, ssoStatus} from './sso_look.ts';
import {switchBack, switchPeople} from './sso_switch.ts';
import {doctor, status} from './status.ts';
import type {Verb, VerbGroup} from './verb.ts';
import {verify} from './verify.ts';

/** Every verb of the product by the words that are typed for it, in the order of the help; those of an outage in the order of an outage. */
export const VERBS = {
  init,
  serve,
  enroll,
  backup,
  list,
  show,
  verify,
  restore,
  copies,
  copy,
  probe,
  status,
  'schedule list': scheduleList,
  'schedule preview': schedulePreview,
  'schedule run': scheduleRun,
  'schedule pause': schedulePause,
  'schedule resume': scheduleResume,
  'policy show': policyShow,
  'policy set': policySet,
  'policy edit': policyEdit,
  'keep preview': keepPreview,
  'keep apply': keepApply,
  hold,
  release,
  'notify test': notifyTest,
  'sso status': ssoStatus,
  'sso readiness': readiness,
  'sso snapshot': snapshot,
  'sso forecast': forecast,
  'sso locked-out': lockedOut,
  'sso declare': declare,
  'sso set-again': setAgain,
  'sso extend-sessions': extendSessions,
  'sso switch': switchPeople,
  'sso let-in': letIn,
  'sso claim-sheet': claimSheet,
  'sso admin-access': adminAccess,
  'sso return-list': returnList,
  'sso switch-back': switchBack,
  'sso resolve': resolve,
  'sso close': close,
  approve,
  jobs,
  cancel,
  doctor,
  config,
} as const satisfies Record<string, Verb>;

/** The first word of verbs that have two. */
export const VERB_GROUPS = {
  schedule: {
    says: 'backups by themselves: list, look ahead, run now, pause',
    says_in_chat: 'backups by themselves',
    title: 'Backups by themselves',
    footnote: 'Times and parts are in the configuration of the companion, under `schedules`.',
  },
  policy: {
    says: 'what the companion goes by: show it, change it',
    says_in_chat: 'what the companion goes by',
    title: 'What the companion goes by',
    footnote: 'What names programs, places or keys is changed on the machine of the companion: `drctl policy edit`.',
  },
  keep: {
    says: 'what stays and what goes: look, then remove',
    says_in_chat: 'what stays and what goes',
    title: 'What stays, and what goes',
    footnote: 'The rules are in the configuration of the companion, under `keep` and `copies[].keep`.',
  },
  notify: {
    says: 'who is told of alarms, and whether it gets there',
    says_in_chat: 'whether messages get there',
    title: 'Who is told',
    footnote: 'Where messages go is in the configuration of the companion, under `notify`.',
  },
  sso: {
    says: 'let people in while single sign-on is down, and bring everyone back',
    says_in_chat: 'through an SSO outage and back',
    title: 'When single sign-on is down',
    footnote: 'All of it works on a shell as well, also when Mattermost is down: `drctl sso`.',
  },
} as const satisfies Record<string, VerbGroup>;

export type VerbName = keyof typeof VERBS;
/** Verbs that can be typed there. */
export type CliVerb = {[Name in VerbName]: 'cli' extends (typeof VERBS)[Name]['ways'][number] ? Name : never}[VerbName];
export type ChatVerb = {
  [Name in VerbName]: 'chat' extends (typeof VERBS)[Name]['ways'][number] ? Name : never;
}[VerbName];
/** What a verb's options and subject are read into. */
export type RequestOf<Name extends VerbName> = (typeof VERBS)[Name] extends {request: infer Schema extends z.ZodType}
  ? z.output<Schema>
  : undefined;

export type * from './verb.ts';
