import {Client, EqualityFilter} from 'ldapts';
import {z} from 'zod';
import {asFailure, Failure} from '../../kernel/failure.ts';
import {probeTargets} from './targets.ts';

const TIMEOUT_MS = 10_000;

const LdapConfig = z.object({LdapSettings: z.object({IdAttribute: z.string().default('')}).prefault({})});

/**
 * Asks the LDAP directory which of these accounts it does not know. A sync deactivates whom it does not find, so it is asked before a sync is resumed.
 * The function gives null when no directory is configured. @throws Failure PROVIDER_NOT_HEALTHY when it does not answer
 */
export function createDirectory(
  config: () => Promise<Record<string, unknown>>,
): (data: readonly string[]) => Promise<string[] | null> {
  return async (data) => {
    const settings = await config();
    const target = probeTargets(settings, '').find((it) => it.kind === 'ldap');
    const {
      LdapSettings: {IdAttribute: attribute},
    } = LdapConfig.parse(settings);
    if (target?.kind !== 'ldap' || attribute === '') {
      return null;
    }
    const client = new Client({url: target.url, timeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS});
    try {
      if (target.start_tls) {
        await client.startTLS();
      }
      await client.bind(target.bind_dn, target.bind_password);
      const missing: string[] = [];
      for (const value of data) {
        const {searchEntries} = await client.search(target.base_dn, {
          filter: new EqualityFilter({attribute, value}),
          attributes: ['dn'],
          sizeLimit: 1,
        });
        if (searchEntries.length === 0) {
          missing.push(value);
        }
      }
      return missing;
    } catch (error) {
      throw new Failure(
        'PROVIDER_NOT_HEALTHY',
        `The directory did not say whom it knows (${asFailure(error).message.slice(0, 200)}), so the sync stays paused.`,
        {cause: error},
      );
    } finally {
      // The answer is there or named already; a goodbye that fails changes neither.
      await client.unbind().catch(() => undefined);
    }
  };
}
