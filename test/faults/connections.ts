import pg from 'pg';

/** Stays connected, as a server that nobody stopped does. Gives the function that leaves. */
export async function stayConnected(databaseUrl: string, name: string): Promise<() => Promise<void>> {
  const client = await open(databaseUrl, name);
  return () => client.end().catch(() => undefined);
}

/** Holds a table so that nobody can read it, pg_dump included. Gives the function that lets go of it. */
export async function holdTable(databaseUrl: string, table: string): Promise<() => Promise<void>> {
  const client = await open(databaseUrl, 'holds a table');
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${client.escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
  return () => client.end().catch(() => undefined);
}

async function open(databaseUrl: string, name: string): Promise<pg.Client> {
  const client = new pg.Client({connectionString: databaseUrl, application_name: name});
  // A restart of PostgreSQL ends it too.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
