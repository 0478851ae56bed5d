import {withCompanion} from '../companion.ts';
import type {Verb, VerbGroup} from '../verb.ts';
import {backup} from './backup.ts';
import {config} from './config.ts';
import {doctor} from './doctor.ts';
import {enroll} from './enroll.ts';
import {init} from './init.ts';
import {cancel, jobs} from './jobs.ts';
import {restore} from './restore.ts';
import {serve} from './serve.ts';
import {list, show} from './sets.ts';
import {createSsoVerbs} from './sso/index.ts';
import {status} from './status.ts';
import {verify} from './verify.ts';

const sso: VerbGroup = {
  says: 'let people in while single sign-on is down, and bring everyone back',
  verbs: createSsoVerbs((options, work) => withCompanion(options, work)),
};

/** In the order of the help. */
export const VERBS: Record<string, Verb | VerbGroup> = {
  init,
  serve,
  enroll,
  backup,
  list,
  show,
  verify,
  restore,
  status,
  sso,
  jobs,
  cancel,
  doctor,
  config,
};
