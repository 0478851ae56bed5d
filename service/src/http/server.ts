import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import fastify, {type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest} from 'fastify';
import {FAILURES, ROUTES, withFormerNames, type Actor, type Route, type RouteName} from '@disaster-recovery/contract';
import {asFailure, errorBody, Failure} from '../kernel/failure.ts';
import type {Logger} from '../kernel/log.ts';
import type {Call} from './handler.ts';
import {createHandlers, type HandlerParts} from './handlers.ts';
import {refuseNul} from './parameter.ts';
import {createRateLimit} from './rate_limit.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
const CODE_TRIES_A_MINUTE = 5;
/** Only for the types: no handler of a route that is not signed reads it. */
const NOBODY: Actor = {kind: 'system', id: '', name: 'nobody'};
const NOTHING = Buffer.alloc(0);

export type ServerParts = Omit<HandlerParts, 'closing'> & {log: Logger; tls?: {cert: string; key: string} | null};

type Handle = (call: Call<RouteName>) => unknown;
/** A route and what answers it. */
export type Served = {route: Route; handle: Handle};

/** The companion's HTTP interface: every route of the contract, and those of `more` verbs. Not yet listening. */
export function createServer(parts: ServerParts, more: readonly Served[] = []): FastifyInstance {
  const {log, tls} = parts;
  const closing = new AbortController();
  const server = fastify({
    loggerInstance: log,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    // A path that does not decode never reaches the error handler.
    frameworkErrors: (error, request, reply) => {
      sendFailure(error, request, reply);
    },
    // What is no HTTP never becomes a request: the parser's refusals have the shape of all other errors.
    clientErrorHandler: (error, socket) => {
      endUnparsed(error.code, socket);
    },
    ...(tls && {https: {...tls, minVersion: 'TLSv1.2'}}),
  }) as unknown as FastifyInstance;
  // Bodies stay bytes until their hash is checked.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', {parseAs: 'buffer'}, (_request, body, done) => {
    done(null, body);
  });
  server.setErrorHandler(sendFailure);
  server.setNotFoundHandler((request, reply) => {
    sendFailure(new Failure('NOT_FOUND', `There is no ${request.method} at this path.`), request, reply);
  });
  server.addHook('onSend', async (_request, reply) => {
    reply.headers({'cache-control': 'no-store', 'x-content-type-options': 'nosniff'});
  });
  server.addHook('preClose', (done) => {
    closing.abort();
    done();
  });
  // Node answers an expectation that it does not know by itself, and without a body.
  server.server.on('checkExpectation', (_request, response: ServerResponse) => {
    const body = refusal('The request expects what is not offered.');
    const length = {'content-length': Buffer.byteLength(body)};
    response.writeHead(417, {connection: 'close', ...REFUSAL_HEADERS, ...length}).end(body);
  });
  registerRoutes(server, {...parts, closing: closing.signal}, more);
  return server;
}

/** Of answers that are made without the framework. */
const REFUSAL_HEADERS = {'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8'};
const refusal = (says: string): string => JSON.stringify({error: errorBody(new Failure('USAGE_INVALID', says))});

function endUnparsed(code: string | undefined, socket: Pick<Socket, 'writable' | 'end' | 'destroy'>): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, says] =
    code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Request Header Fields Too Large', 'The headers are too large.']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['408 Request Timeout', 'The request did not arrive in time.']
        : ['400 Bad Request', 'The request is not HTTP.'];
  const body = refusal(says);
  const headers = Object.entries({connection: 'close', ...REFUSAL_HEADERS, 'content-length': Buffer.byteLength(body)});
  socket.end(`HTTP/1.1 ${status}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`);
}

function registerRoutes(server: FastifyInstance, parts: HandlerParts, more: readonly Served[]): void {
  const handlers = createHandlers(parts);
  const ours = (Object.entries(ROUTES) as [RouteName, Route][]).map(([name, route]): Served => ({
    route,
    handle: handlers[name],
  }));
  const mayTry = createRateLimit(parts.clock, CODE_TRIES_A_MINUTE, 60_000);
  for (const {route, handle} of [...ours, ...more]) {
    server.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        parts.state.check();
        const raw = Buffer.isBuffer(request.body) ? request.body : NOTHING;
        if (route.access === 'code' && !mayTry(request.ip)) {
          throw new Failure('ENROLMENT_CODE_WRONG', 'Too many attempts. Wait a minute.');
        }
        const actor = await whoAsks(parts, route, {request, body: raw});
        refuseNul(request);
        const body = parseBody(route, raw) as never;
        if (route.refuses_clones) {
          parts.enrollment.requireWritable();
        }
        const answer = await handle({body, actor, request});
        reply.code(route.response.status);
        setMedia(reply, route.response.media);
        return reply.send(route.response.body ? withFormerNames(answer) : answer);
      },
    });
  }
}

function setMedia(reply: FastifyReply, media: string | undefined): void {
  if (media) {
    reply.type(media === 'text/plain' ? 'text/plain; version=0.0.4; charset=utf-8' : media);
  }
  if (media === 'text/event-stream') {
    // A kept connection that turns idle while the server closes would hold it up for its whole keep-alive time.
    reply.header('connection', 'close');
  }
}

async function whoAsks(
  {enrollment}: HandlerParts,
  {access}: Route,
  {request, body}: {request: FastifyRequest; body: Buffer},
): Promise<Actor> {
  if (access !== 'signed' && access !== 'bridge') {
    return NOBODY;
  }
  const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) {
    throw new Failure('TOKEN_INVALID', 'The request carries no token.');
  }
  const signed = {token, method: request.method, path: request.raw.url ?? '', body};
  if (access === 'signed') {
    return enrollment.authenticate(signed);
  }
  await enrollment.authenticateBridge(signed);
  return NOBODY;
}

/** @throws Failure USAGE_INVALID naming the fields */
function parseBody(route: Route, raw: Buffer): unknown {
  if (!route.request) {
    return undefined;
  }
  const parsed = route.request.safeParse(parseJson(raw));
  if (!parsed.success) {
    // The name of an unknown field is the caller's text; where nobody has signed in it may be a code that slipped into the wrong place.
    const fields = parsed.error.issues.map((issue) => ({
      field: issue.path.join('.') || '(body)',
      problem:
        route.access === 'bridge' && issue.code === 'unrecognized_keys' ? 'There is a field too many.' : issue.message,
    }));
    throw new Failure('USAGE_INVALID', fields.map(({field, problem}) => `${field}: ${problem}`).join('; '), {
      details: {fields},
    });
  }
  return parsed.data;
}

function parseJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'), refuseNulInBody);
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    // The parser's message quotes the body, which may hold a secret.
    throw new Failure('USAGE_INVALID', 'The body is not JSON.');
  }
}

function refuseNulInBody(key: string, value: unknown): unknown {
  if (key.includes('\0') || (typeof value === 'string' && value.includes('\0'))) {
    throw new Failure('USAGE_INVALID', 'The body holds a NUL character.');
  }
  return value;
}

function sendFailure(error: FastifyError | Failure | Error, request: FastifyRequest, reply: FastifyReply): void {
  const failure = error instanceof Failure ? error : ofFramework(error);
  if (failure.code === 'INTERNAL') {
    request.log.error({err: failure.cause ?? failure}, 'unexpected error');
    const hidden = new Failure('INTERNAL', 'Something unexpected happened; the log of the companion has the details.', {
      details: {request: request.id},
    });
    reply.code(500).send({error: errorBody(hidden)});
    return;
  }
  request.log.info({error: failure.code}, 'refused');
  reply.code(FAILURES[failure.code].status).send({error: errorBody(failure)});
}

/** Fastify's own refusals of a request (too large, wrong length, path that does not decode) are the caller's mistake. */
function ofFramework(error: FastifyError | Error): Failure {
  if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500) {
    const says = error.statusCode === 413 ? 'The body is larger than 1 MiB.' : error.message;
    return new Failure('USAGE_INVALID', says);
  }
  return asFailure(error);
}
