import {afterAll, afterEach, beforeAll, beforeEach} from '@jest/globals';
import type {Page} from 'playwright-core';
import {openBrowser, type OpenBrowser} from './browser.ts';

/** One browser for the tests of a file. */
export type Stage = {
  readonly page: Page;
  /** Of the test that runs: exceptions and console errors of the page. */
  readonly problems: readonly string[];
  /** What serves the page of a test; it is closed after the test. */
  serve<Host extends {close(): Promise<void>}>(host: Promise<Host>): Promise<Host>;
};

/** Opens the browser before the tests of the file that calls it, and closes it after them. */
export function openStage(size: Parameters<typeof openBrowser>[0] = {}): Stage {
  let browser: OpenBrowser;
  let host: {close(): Promise<void>} | undefined;
  beforeAll(async () => {
    browser = await openBrowser(size);
  }, 120_000);
  beforeEach(() => {
    browser.problems.length = 0;
  });
  afterEach(async () => {
    await host?.close();
    host = undefined;
  });
  afterAll(() => browser.close());
  return {
    get page() {
      return browser.page;
    },
    get problems() {
      return browser.problems;
    },
    serve: async (starting) => {
      const started = await starting;
      host = started;
      return started;
    },
  };
}
