import {z} from 'zod';
import {ErrorReply, FAILURES, type FailureCode} from './errors.ts';
import {RENAMED} from './former_names.ts';
import {ROUTES, SIGNED_ERRORS, type Route} from './routes.ts';

const SCHEMA_PREFIX = '#/components/schemas/';

/** The companion's interface as an OpenAPI 3.0 document, from ROUTES, FAILURES and the registered schemas. */
export function openApiDocument(
  version: string,
  routes: Readonly<Record<string, Route>> = ROUTES,
): Record<string, unknown> {
  const {schemas} = z.toJSONSchema(z.globalRegistry, {
    target: 'openapi-3.0',
    io: 'output',
    uri: (id) => SCHEMA_PREFIX + id,
  });
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries(routes)) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(name, route);
  }
  return {
    openapi: '3.0.3',
    info: {title: 'Disaster Recovery companion', version, license: {name: 'Apache-2.0'}},
    paths,
    components: {
      schemas: withDeprecated(schemas as Record<string, Schema>),
      securitySchemes: {
        bridge: {type: 'http', scheme: 'bearer', bearerFormat: 'JWS, EdDSA, at most 60 s; payload BridgeToken'},
      },
    },
  };
}

type Schema = {properties?: Record<string, object>};

/** Answers hold also the names that fields had in releases before. */
function withDeprecated(schemas: Record<string, Schema>): Record<string, Schema> {
  const all = {...schemas};
  for (const {of, names} of RENAMED) {
    const {id} = registered(of);
    const properties = {...all[id]?.properties};
    for (const [former, present] of Object.entries(names)) {
      const same = properties[present] ?? {};
      const description = `The same as \`${present}\`, its name now.`;
      properties[former] = {...('$ref' in same ? {allOf: [same]} : same), deprecated: true, description};
    }
    all[id] = {...all[id], properties};
  }
  return all;
}

function operation(name: string, route: Route): Record<string, unknown> {
  const parameters = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => ({
    name: match[1],
    in: 'path',
    required: true,
    schema: {type: 'string'},
  }));
  const codes: FailureCode[] = [...route.errors, ...(route.access === 'signed' ? SIGNED_ERRORS : [])];
  return {
    operationId: name,
    summary: route.summary,
    ...(parameters.length > 0 && {parameters}),
    ...(route.access === 'signed' && {security: [{bridge: []}]}),
    ...(route.request && {
      requestBody: {required: true, content: {'application/json': {schema: reference(route.request)}}},
    }),
    responses: {[route.response.status]: success(route), ...failures(codes)},
  };
}

function success({response}: Route): Record<string, unknown> {
  if (response.body) {
    return {description: 'Done', content: {'application/json': {schema: reference(response.body)}}};
  }
  return {description: 'Done', ...(response.media && {content: {[response.media]: {schema: {type: 'string'}}}})};
}

function failures(codes: readonly FailureCode[]): Record<string, unknown> {
  const byStatus = Map.groupBy(new Set(codes), (code) => FAILURES[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {description: group.sort().join(', '), content: {'application/json': {schema: reference(ErrorReply)}}},
    ]),
  );
}

function reference(schema: z.ZodType): {$ref: string} {
  return {$ref: SCHEMA_PREFIX + registered(schema).id};
}

function registered(schema: z.ZodType): {id: string} {
  const id = z.globalRegistry.get(schema)?.id;
  if (!id) {
    throw new Error('a schema on the wire needs an id');
  }
  return {id};
}
