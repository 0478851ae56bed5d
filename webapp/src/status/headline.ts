import type {Job, SetSummary, Status} from '@disaster-recovery/contract';
import {isRunning, outcomeOf, type JobOutcome} from '../jobs/job_state.ts';
import type {Connection, Failure} from '../client.ts';
import type {Tone} from '../components/tone.ts';
import type {Facts} from '../facts/facts.ts';
import type {Message, MessageId} from '../i18n/say.tsx';
import {missingParts, partMessage} from '../parts.ts';
import {causeOf, repositoryDetail} from './cause.ts';

export type Action = 'enroll' | 'enroll_again' | 'back_up' | 'try_again' | 'check_again';

/** One sentence of state, what it means, and the one thing to do about it. */
type Sentence = {tone: Tone; title: Message; detail: Message | string | null; action: Action | null};

/** `ignored`: the address in the plugin's settings is not the one that is used, and why. */
export type Headline = Sentence & {ignored: {title: Message; detail: string} | null};

const WRITES_SETS_OR_SERVER: readonly Job['kind'][] = ['backup', 'restore', 'undo'];

const ENDED_WELL: readonly JobOutcome[] = ['done', 'warned'];

/** `now` is the companion's time. */
export function headlineOf(facts: Facts, now: number): Headline {
  const sentence = sentenceOf(facts, now);
  const setting = facts.connectionFailure ? null : facts.connection?.ignored_setting;
  if (!setting) {
    return {...sentence, ignored: null};
  }
  const {companion_url: address, message, remedy} = setting;
  return {
    ...sentence,
    // All is well, but somebody wants the companion elsewhere and believes that it is used there.
    tone: sentence.tone === 'good' ? 'attention' : sentence.tone,
    ignored: {title: {id: 'headline.ignored', values: {address}}, detail: `${message} ${remedy}`},
  };
}

function sentenceOf(facts: Facts, now: number): Sentence {
  if (facts.connectionFailure) {
    return bridgeHeadline(facts.connectionFailure);
  }
  if (!facts.connection) {
    return {tone: 'quiet', title: {id: 'headline.looking'}, detail: null, action: null};
  }
  return (
    connectionHeadline(facts.connection, facts) ??
    (facts.status ? statusHeadline(facts.status, facts, now) : unknownHeadline(facts))
  );
}

function bridgeHeadline({status, error}: Failure): Sentence {
  if (status === 403) {
    return {tone: 'quiet', title: {id: 'headline.forbidden'}, detail: null, action: null};
  }
  const message: Message =
    error.code === 'NO_ANSWER' ? {id: 'error.no_answer'} : {id: 'error.unreadable', values: {status}};
  return {
    tone: 'bad',
    title: {id: 'headline.no_bridge'},
    detail: {id: 'headline.no_bridge.detail', values: {message: error.message || {message}}},
    action: 'check_again',
  };
}

function connectionHeadline(connection: Connection, {statusFailure}: Facts): Sentence | null {
  if (!connection.enrolled) {
    return {
      tone: 'attention',
      title: {id: 'headline.not_enrolled'},
      detail: {id: 'headline.not_enrolled.detail'},
      action: 'enroll',
    };
  }
  if (!connection.reachable || statusFailure?.error.code === 'COMPANION_UNREACHABLE') {
    const {title, detail, kind} = causeOf(connection);
    return {tone: 'bad', title, detail, action: kind === 'address' ? 'enroll_again' : 'check_again'};
  }
  if (statusFailure?.error.code === 'NOT_ENROLLED' || statusFailure?.error.code === 'TOKEN_INVALID') {
    return {
      tone: 'bad',
      title: {id: 'headline.not_known_there'},
      detail: {id: 'headline.not_known_there.detail'},
      action: 'enroll_again',
    };
  }
  return null;
}

function unknownHeadline({statusFailure}: Facts): Sentence {
  return statusFailure
    ? {
        tone: 'bad',
        title: {id: 'headline.status_failed'},
        detail: statusFailure.error.message || null,
        action: 'check_again',
      }
    : {tone: 'quiet', title: {id: 'headline.looking'}, detail: null, action: null};
}

function statusHeadline(status: Status, facts: Facts, now: number): Sentence {
  if (isRunning(facts.job) && WRITES_SETS_OR_SERVER.includes(facts.job.kind)) {
    return runningHeadline(facts.job.kind === 'backup', status.last_set, now);
  }
  if (status.enrollment.state === 'read_only') {
    const because = status.enrollment.read_only_because;
    return {
      tone: 'attention',
      title: {id: 'headline.read_only'},
      detail: because ? `${because.message} ${because.remedy}` : {id: 'headline.read_only.detail'},
      action: 'enroll_again',
    };
  }
  if (status.repository.outcome === 'failed') {
    return {
      tone: 'bad',
      title: {id: 'headline.repository_failed'},
      detail: repositoryDetail(status),
      action: 'check_again',
    };
  }
  if (!status.last_set && facts.job?.kind === 'backup' && ENDED_WELL.includes(outcomeOf(facts.job))) {
    return {
      tone: 'busy',
      title: {id: 'headline.just_done'},
      detail: {id: 'headline.just_done.detail'},
      action: 'check_again',
    };
  }
  if (!status.last_set) {
    return status.last_failed
      ? {
          tone: 'bad',
          title: {id: 'headline.nothing_failed'},
          detail: status.last_failed.error?.message ?? null,
          action: 'try_again',
        }
      : {
          tone: 'attention',
          title: {id: 'headline.nothing'},
          detail: {id: 'headline.nothing.detail'},
          action: 'back_up',
        };
  }
  return setHeadline(status.last_set, status, Math.max(0, now - status.last_set.t0));
}

function runningHeadline(isBackup: boolean, last: SetSummary | null, now: number): Sentence {
  const detail: Message = last
    ? {id: 'headline.running.fallback', values: {age: {duration: Math.max(0, now - last.t0)}}}
    : {id: 'headline.running.first'};
  return isBackup
    ? {tone: 'busy', title: {id: 'headline.running'}, detail, action: null}
    : {tone: 'busy', title: {id: 'headline.restoring'}, detail: {id: 'headline.restoring.detail'}, action: null};
}

/** There is a set. The companion has decided what it is worth; the worst thing to say about it comes first. */
function setHeadline(set: SetSummary, status: Status, ageMs: number): Sentence {
  const {verdict, last_failed: failed, rpo_objective_ms: objective} = status;
  const age = {duration: ageMs};
  const said = (id: MessageId, detail: Sentence['detail'], action: Action = 'back_up'): Sentence => ({
    tone: 'attention',
    title: {id, values: {age}},
    detail,
    action,
  });
  if (verdict.kind === 'partial') {
    const missing = verdict.missing.filter((part) => part.protected_by === null).map(({part}) => partMessage(part));
    return said('headline.partial', {id: 'headline.partial.detail', values: {age, missing: {messages: missing}}});
  }
  if (verdict.damage === 'lost_parts') {
    return said('headline.lost_parts', {id: 'headline.lost_parts.detail', values: {age}});
  }
  if (verdict.kind === 'damaged') {
    return verdict.damage === 'verification'
      ? said('headline.verification', {id: 'headline.verification.detail', values: {age}})
      : said('headline.cross_check', {id: 'headline.cross_check.detail', values: {age}});
  }
  if (failed) {
    return said('headline.last_failed', failed.error?.message ?? null, 'try_again');
  }
  if ((verdict.kind === 'too_old' || ageMs > (objective ?? Infinity)) && objective !== null) {
    return said('headline.too_old', {id: 'headline.too_old.detail', values: {objective: {duration: objective}}});
  }
  return {
    tone: 'good',
    title: {id: 'headline.good', values: {age}},
    detail: goodDetail(set, status),
    action: 'back_up',
  };
}

/** What the set holds; and that a newer one is there which holds less, so that nobody takes that one. */
function goodDetail(set: SetSummary, {verdict: {newer}}: Status): Message {
  const content = contentOf(set);
  if (!newer) {
    return content;
  }
  const missing = {messages: missingParts(newer).map(partMessage)};
  const second: Message = {id: 'headline.newer_partial', values: {when: {since: newer.t0}, missing}};
  return {id: 'two_sentences', values: {first: {message: content}, second: {message: second}}};
}

function contentOf(set: SetSummary): Message {
  return {
    id: set.cross_check === 'passed' ? 'headline.good.detail' : 'headline.good.unchecked',
    values: {
      bytes: {bytes: set.bytes},
      rows: {message: {id: 'unit.rows', values: {count: set.rows}}},
      files: {message: {id: 'unit.files', values: {count: set.files}}},
    },
  };
}
