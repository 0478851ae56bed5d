import type {Jobs} from '../../jobs/index.ts';
import {asFailure} from '../../kernel/failure.ts';
import type {SsoEngines} from '../engines.ts';
import {tellAdministrators} from '../people/tell.ts';
import type {SsoStore} from '../store/store.ts';
import {whatHappened} from './events.ts';

/** What is older is history: it stands in the ledger, and nobody is woken by it. */
const NEWS_FOR_MS = 60 * 60 * 1000;
const JOBS_LOOKED_AT = 20;
/** While Mattermost is away it is not asked again at each look. */
const AFTER_FAILURE_MS = 30_000;

export type AnnounceParts = {engines: SsoEngines; store: SsoStore; jobs: Pick<Jobs, 'newest'>};

/**
 * One look at what happened since the last one. It looks at the memory instead of being called, so that what a shell did, or what happened
 * while Mattermost was away, is announced as well, each thing once.
 */
export function createAnnouncer({engines, store, jobs}: AnnounceParts): () => Promise<void> {
  const {clock, log} = engines;
  let quietUntil = 0;
  return async () => {
    const now = clock.now();
    if (engines.settings.announcements === 'nobody' || engines.bridge() === null || now < quietUntil) {
      return;
    }
    const oldest = now - NEWS_FOR_MS;
    for (const {what, at, says} of whatHappened(store.lastIncident(), jobs.newest(JOBS_LOOKED_AT))) {
      if (at < oldest || store.isAnnounced(what)) {
        continue;
      }
      try {
        await announce(engines, says);
      } catch (error) {
        quietUntil = clock.now() + AFTER_FAILURE_MS;
        log.warn({code: asFailure(error).code, what}, 'It could not be announced; it is tried again.');
        return;
      }
      store.noteAnnounced(what, oldest);
    }
  };
}

/** @throws Failure MATTERMOST_UNREACHABLE and others that pass */
async function announce(engines: SsoEngines, message: string): Promise<void> {
  const {announcements: channel} = engines.settings;
  if (channel === 'administrators') {
    await tellAdministrators(engines, message);
    return;
  }
  try {
    await engines.bridge()?.createPost({channel_id: channel, root_id: '', message});
  } catch (error) {
    if (asFailure(error).code !== 'MATTERMOST_REFUSED') {
      throw error;
    }
    // A channel that is gone or archived stays so; somebody must hear it all the same.
    await tellAdministrators(
      engines,
      `${message}\n\nThe channel of \`sso.announcements\` took no post, so it is told here.`,
    );
  }
}
