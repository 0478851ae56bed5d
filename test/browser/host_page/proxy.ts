import {request as httpRequest, type IncomingMessage, type ServerResponse} from 'node:http';
import {connect} from 'node:net';
import type {Duplex} from 'node:stream';

/** Hands a request on as it is, Host and cookies included. */
export function forward(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const onward = httpRequest(
    {host: target.hostname, port: target.port, method: request.method, path: request.url, headers: request.headers},
    (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
    },
  );
  onward.on('error', () => {
    if (!response.headersSent) {
      response.writeHead(502);
    }
    response.end();
  });
  request.pipe(onward);
}

/** Mattermost opens websockets only for pages of its own site URL, so the page says it is one. */
function headersFor(target: URL, rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const replaced: Record<string, string> = {host: target.host, origin: target.origin};
    lines.push(`${name}: ${replaced[name.toLowerCase()] ?? rawHeaders[index + 1] ?? ''}`);
  }
  return lines;
}

export function forwardUpgrade(target: URL, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const onward = connect(Number(target.port), target.hostname, () => {
    const lines = [
      `${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`,
      ...headersFor(target, request.rawHeaders),
    ];
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket);
    socket.pipe(onward);
  });
  onward.on('error', () => socket.destroy());
  socket.on('error', () => onward.destroy());
  socket.on('close', () => onward.destroy());
}
