import {createServer} from 'node:http';
import type {IncomingMessage} from 'node:http';
import {startHostPage} from '../test/browser/index.ts';
import {forward, forwardUpgrade} from '../test/browser/host_page/proxy.ts';

const CONSOLE = '/admin_console/plugins/plugin_disaster-recovery';

const SIGN_IN = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Disaster Recovery demo</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f3f5f9, #14161c); color: light-dark(#1b1d22, #e6e8ee); }
  form { width: 22rem; padding: 2rem; border-radius: 12px; background: light-dark(#fff, #1e222b); box-shadow: 0 6px 24px #0002; }
  h1 { margin: 0 0 .25rem; font-size: 1.35rem; }
  p { margin: 0 0 1.25rem; opacity: .75; font-size: .875rem; }
  label { display: block; font-weight: 600; font-size: .875rem; margin-bottom: 1rem; }
  input { display: block; box-sizing: border-box; width: 100%; margin-top: .25rem; padding: .55rem .7rem; font: inherit; border: 1px solid light-dark(#c3c8d4, #454b59); border-radius: 6px; background: transparent; color: inherit; }
  button { width: 100%; padding: .6rem; font: inherit; font-weight: 600; border: 0; border-radius: 6px; background: #1c58d9; color: #fff; cursor: pointer; }
  output { display: block; margin-top: .75rem; color: light-dark(#b3261e, #ff8a80); font-size: .875rem; }
</style>
<form>
  <h1>Disaster Recovery demo</h1>
  <p>Sign in to the demo's Mattermost to see the plugin's page of the System Console. User and password stand in the terminal.</p>
  <label>User <input name="user" autocomplete="username" value="admin" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required autofocus></label>
  <button>Sign in</button>
  <output role="alert"></output>
</form>
<script>
  document.querySelector('form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const form = event.target;
    const reply = await fetch('/api/v4/users/login', {
      method: 'POST',
      headers: {'X-Requested-With': 'XMLHttpRequest', 'Content-Type': 'application/json'},
      body: JSON.stringify({login_id: form.user.value, password: form.password.value}),
    }).catch(() => null);
    if (reply?.ok) {
      location.href = '${CONSOLE}?theme=' + (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
    } else {
      form.querySelector('output').textContent = reply ? 'User or password is wrong.' : 'The demo does not answer any more.';
    }
  });
</script></html>`;

/** The plugin's page with a way to sign in before it, since the test server brings no web client that has one. */
export async function startPage(target: string, port: number): Promise<string> {
  const host = new URL((await startHostPage({target})).origin);
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://page').pathname;
    if (path === '/') {
      response.writeHead(200, {'Content-Type': 'text/html; charset=utf-8'}).end(SIGN_IN);
    } else if (path === CONSOLE && !isSignedIn(request)) {
      response.writeHead(303, {Location: '/'}).end();
    } else {
      forward(host, request, response);
    }
  });
  server.on('upgrade', (request, socket, head) => forwardUpgrade(host, request, socket, head));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${port}/`;
}

const isSignedIn = ({headers}: IncomingMessage): boolean => /\bMMAUTHTOKEN=/.test(headers.cookie ?? '');
