import type {FastifyRequest} from 'fastify';

/** A parameter of the path. */
export function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}
