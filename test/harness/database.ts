import pg from 'pg';
import type {Postgres} from './postgres.ts';

export interface Role {
  readonly name: string;
  readonly password: string;
  readonly createdb?: boolean;
}

export interface Database {
  readonly name: string;
  /** Made first where it does not exist. */
  readonly owner: string;
  readonly password: string;
  /** May the owner make databases? */
  readonly createdb?: boolean;
}

/** Makes a role that may log in. Where it exists it gets the password and the rights given. */
export async function createRole(postgres: Postgres, role: Role): Promise<void> {
  await asSuperuser(postgres, async (client) => {
    const name = client.escapeIdentifier(role.name);
    const present = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role.name]);
    const right = role.createdb === true ? 'CREATEDB' : 'NOCREATEDB';
    const verb = present.rowCount === 0 ? 'CREATE' : 'ALTER';
    await client.query(`${verb} ROLE ${name} LOGIN ${right} PASSWORD ${client.escapeLiteral(role.password)}`);
  });
}

/** Its password is lost by that where it is kept as MD5; SCRAM keeps it. */
export async function renameRole(postgres: Postgres, from: string, to: string): Promise<void> {
  if (from !== to) {
    await asSuperuser(postgres, async (client) => {
      await client.query(`ALTER ROLE ${client.escapeIdentifier(from)} RENAME TO ${client.escapeIdentifier(to)}`);
    });
  }
}

/** Makes a database with its owner, and gives the owner's URL of it. */
export async function createDatabase(postgres: Postgres, database: Database): Promise<string> {
  const {name, owner, password, createdb = false} = database;
  await createRole(postgres, {name: owner, password, createdb});
  await asSuperuser(postgres, async (client) => {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} OWNER ${client.escapeIdentifier(owner)}`);
  });
  return postgres.url(name, owner, password);
}

/** A second database with everything of the first, and the same owner. Nobody may be connected to the first. */
export async function copyDatabase(postgres: Postgres, copy: {from: string; name: string}): Promise<string> {
  const url = new URL(copy.from);
  const [from, owner] = [url.pathname.slice(1), url.username].map(decodeURIComponent) as [string, string];
  await asSuperuser(postgres, async (client) => {
    const [name, template, role] = [copy.name, from, owner].map((it) => client.escapeIdentifier(it));
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${role}`);
  });
  url.pathname = `/${copy.name}`;
  return url.href;
}

async function asSuperuser(postgres: Postgres, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({connectionString: postgres.superuserUrl});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
