import {chromium, type Page} from 'playwright-core';

export type OpenBrowser = {
  page: Page;
  /** Exceptions and console errors of the page. */
  problems: string[];
  close(): Promise<void>;
};

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The machine's Chromium with a fresh profile and one page. */
export async function openBrowser({width = 1280, height = 900} = {}): Promise<OpenBrowser> {
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  });
  // Nothing moves: a picture that changes sixty times a second is drawn by the processor here.
  const page = await browser.newPage({
    viewport: {width, height},
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  });
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    // A refused request is for the page to show; that the browser logs it too is no news.
    if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text())) {
      problems.push(message.text());
    }
  });
  return {page, problems, close: () => browser.close()};
}
