import type {Verb} from '../verb.ts';
import {backup} from './backup.ts';
import {config} from './config.ts';
import {doctor} from './doctor.ts';
import {enroll} from './enroll.ts';
import {init} from './init.ts';
import {cancel, jobs} from './jobs.ts';
import {restore} from './restore.ts';
import {serve} from './serve.ts';
import {list, show} from './sets.ts';
import {status} from './status.ts';
import {verify} from './verify.ts';

/** In the order of the help. */
export const VERBS: Record<string, Verb> = {init, serve, enroll, backup, list, show, verify, restore, status, jobs, cancel, doctor, config};
