import type {FastifyRequest} from 'fastify';

/** A parameter of the path. */
export function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}

/** The first value of that name in the query; empty when there is none. */
export function query(request: FastifyRequest, name: string): string {
  const given = (request.query as Record<string, string | string[] | undefined>)[name];
  return (Array.isArray(given) ? given[0] : given) ?? '';
}
