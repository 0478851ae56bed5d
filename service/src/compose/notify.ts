import type {Config} from '../config/schema.ts';
import {createWebhook, ping} from '../engines/delivery/http.ts';
import {createMailWay, type MailSettings} from '../engines/delivery/mail.ts';
import {createBotWay} from '../engines/delivery/mattermost.ts';
import type {Way} from '../engines/delivery/port.ts';
import type {MattermostBridge} from '../engines/mattermost/port.ts';
import type {Logger} from '../kernel/log.ts';
import {createNotify, type Notify, type Subscription} from '../notify/index.ts';
import type {StatusReport} from '../status/index.ts';
import type {Core} from './core.ts';

const JOBS_LOOKED_AT = 200;

type Parts = {
  config: Config;
  core: Core;
  log: Logger;
  bridge(): MattermostBridge | null;
  siteUrl(): string | null;
  status(): Pick<StatusReport, 'report'>;
  /** Ids of the active system administrators. */
  administrators(): Promise<string[]>;
};

/** Who hears of alarms. */
export function composeNotify({config, core, log, bridge, siteUrl, status, administrators}: Parts): Notify {
  const {mattermost: to, smtp, webhooks, ping: addresses} = config.notify;
  const bot: Subscription[] = to === undefined ? [] : [{way: createBotWay({bridge, to, administrators}), events: null}];
  const mail: Subscription[] = smtp ? [{way: createMailWay(mailSettings(smtp)), events: null}] : [];
  const hooks = webhooks.map(({name, url, format, events}, index): Subscription => ({
    way: createWebhook({name: name ?? `webhook-${index + 1}`, url, format}),
    events: events ?? null,
  }));
  return createNotify({
    ...core,
    log,
    subscriptions: [...bot, ...mail, ...hooks],
    alarms: async () => (await status().report()).alarms ?? [],
    site: siteUrl,
    ping: addresses ? watcher(addresses) : null,
    newest: () => newestBackups(core),
  });
}

const mailSettings = ({user, password_file: file, ...smtp}: NonNullable<Config['notify']['smtp']>): MailSettings => ({
  ...smtp,
  user: user ?? null,
  passwordFile: file ?? null,
});

/** How many ways work while Mattermost is down. */
export function waysOutside({smtp, webhooks, ping: addresses}: Config['notify']): number {
  return webhooks.length + (smtp ? 1 : 0) + (addresses ? 1 : 0);
}

function watcher({success, failure}: NonNullable<Config['notify']['ping']>): Way {
  return {
    name: 'ping',
    send: async ({state}, signal) => {
      const address = state === 'ended' ? success : failure;
      if (address !== undefined) {
        await ping(address, signal);
      }
    },
  };
}

function newestBackups({jobs}: Core): {good: string | null; failed: string | null} {
  const backups = jobs.newest(JOBS_LOOKED_AT).filter(({kind}) => kind === 'backup');
  const good = backups.find(({status}) => status === 'success' || status === 'warning');
  const failed = backups.find(({status}) => status === 'error');
  return {good: good?.subject ?? null, failed: failed?.id ?? null};
}
