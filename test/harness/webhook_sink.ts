import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';

/** A server that takes whatever is sent to it. */
export interface WebhookSink {
  readonly url: string;
  /** Bodies that came for a path, in their order. */
  got(path: string): readonly string[];
  stop(): Promise<void>;
}

export async function startWebhookSink(): Promise<WebhookSink> {
  const all: {path: string; body: string}[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      all.push({path: request.url ?? '', body});
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got: (path) => all.filter((each) => each.path === path).map(({body}) => body),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
