import pg from 'pg';
import type {DatabaseRecord} from '@disaster-recovery/contract';

/**
 * Settings that a restore may take over from a set. Somebody else may have made the set, and its settings act on every later session: hence a list of
 * what only changes plans, limits, formats and the search path. What loads libraries, names programs or files, or changes who the role is stays out.
 */
const ALLOWED: readonly RegExp[] = [
  /^search_path$/,
  /^(statement|lock|idle_in_transaction_session|idle_session|transaction)_timeout$/,
  /^(default_text_search_config|timezone|datestyle|intervalstyle|bytea_output|extra_float_digits|lc_(messages|monetary|numeric|time))$/,
  /^(work_mem|maintenance_work_mem|hash_mem_multiplier|temp_buffers|effective_cache_size|(effective|maintenance)_io_concurrency)$/,
  /^((random|seq)_page_cost|(cpu|parallel)_[a-z_]*cost|enable_[a-z_]+|jit|jit_[a-z_]+_cost|geqo|geqo_[a-z_]+|plan_cache_mode)$/,
  /^(max_parallel_workers_per_gather|max_parallel_maintenance_workers|min_parallel_[a-z_]+_scan_size|constraint_exclusion)$/,
  /^((from|join)_collapse_limit|cursor_tuple_fraction|default_statistics_target|default_transaction_isolation|default_toast_compression)$/,
  /^(synchronous_commit|client_min_messages|pg_trgm\.(strict_)?(word_)?similarity_threshold|gin_fuzzy_search_limit)$/,
];

const isAllowed = (name: string): boolean => ALLOWED.some((pattern) => pattern.test(name.toLowerCase()));

/** Errors that say that this setting does not fit this server: its value, its name, or who may set it. */
const UNFIT = new Set(['42501', '22023', '42704', '42602', '55P02']);

/**
 * Gives the database the settings that it had, and those of the role that Mattermost used to the role that uses it now, in this database only.
 * Returns what was done and what was not, in words.
 */
export async function applySettings(client: pg.Client, name: string, record: DatabaseRecord): Promise<string[]> {
  const {rows} = await client.query<{role: string}>('SELECT session_user::text AS role');
  const role = rows[0]?.role ?? '';
  const database = pg.escapeIdentifier(name);
  const done: string[] = [];
  // Sets of before do not say which role Mattermost used; on the same server it has the same name.
  for (const {role: whose, setting} of record.settings.filter(
    (one) => one.role === null || one.role === (record.role ?? role),
  )) {
    const [key = '', ...rest] = setting.split('=');
    const target =
      whose === null ? `DATABASE ${database}` : `ROLE ${pg.escapeIdentifier(role)} IN DATABASE ${database}`;
    const place = whose === null ? 'database setting' : `setting of the role ${role}`;
    if (!isAllowed(key)) {
      done.push(`${place} ${key} not taken over: it is none that a set may change`);
      continue;
    }
    try {
      await client.query(`ALTER ${target} SET ${pg.escapeIdentifier(key)} = ${settingValue(key, rest.join('='))}`);
      done.push(`${place} ${key} applied`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && UNFIT.has(String(error.code)))) {
        throw error;
      }
      done.push(`${place} ${key} not taken over: ${error.message}`);
    }
  }
  return done;
}

// As in pg_dump: these hold lists, and one literal around a list would make it a single strange name.
const LISTS = new Set(['search_path']);

function settingValue(key: string, value: string): string {
  return LISTS.has(key.toLowerCase()) ? listOf(value).map(pg.escapeLiteral).join(', ') : pg.escapeLiteral(value);
}

/** Names as PostgreSQL keeps them in a list: quoted where they must be, with doubled quotes inside. */
function listOf(value: string): string[] {
  const names = [...value.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?:,|$)/g)];
  const found = names.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  // The last match is the empty one at the end of the text.
  return found.length > 1 ? found.slice(0, -1) : found;
}
