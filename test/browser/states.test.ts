import {AxeBuilder} from '@axe-core/playwright';
import {beforeAll, expect, test} from '@jest/globals';
import type {Page} from 'playwright-core';
import {showWorld, STATES} from './states.ts';
import {openStage} from './stage.ts';

// Each state of the page: usable by everybody, and whole at the widths that administrators have.
const WIDTHS = [1440, 1024, 700];
const SEVERE = ['serious', 'critical'];
const stage = openStage({width: 1440});
let page: Page;

beforeAll(() => {
  ({page} = stage);
});

/** What axe finds in the plugin's part of the page: rule, and where. */
async function severeProblems(rules?: string[]): Promise<string[]> {
  const axe = new AxeBuilder({page}).include('.dr-root').setLegacyMode(true);
  const {violations} = await (rules ? axe.withRules(rules) : axe).analyze();
  return violations
    .filter(({impact}) => SEVERE.includes(impact ?? ''))
    .flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html}`));
}

/** Parts of commands that were torn at a hyphen: the word has more than one line although it would fit on one. */
const TORN_WORDS = `[...document.querySelectorAll('.dr-page .dr-word')]
  .filter((word) => word.getClientRects().length > 0 && word.offsetHeight > 24 && word.textContent.length < 30)
  .map((word) => word.textContent)`;

/** Boxes that are scrolled sideways to be read. */
const SCROLLED = `[...document.querySelectorAll('.dr-page *')]
  .filter((box) => box.scrollWidth > box.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
  .map((box) => box.className)`;

async function expectWhole(): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({width, height: 900});
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await page.evaluate(TORN_WORDS)).toEqual([]);
    expect(await page.evaluate(SCROLLED)).toEqual([]);
  }
}

test.each(STATES.map((state) => [state.name, state] as const))(
  '%s, light and dark: no severe problem for assistive technology, nothing cut off or torn',
  async (_name, {world, act}) => {
    await page.setViewportSize({width: 1440, height: 900});
    const host = await stage.serve(showWorld(world()));
    await page.goto(host.url('light'));
    await page.locator('.dr-card').first().waitFor();
    await act?.(page);
    expect(await severeProblems()).toEqual([]);
    await expectWhole();
    // A theme is a set of colors: of what axe looks at they change the contrast alone.
    await page.evaluate(`window.hostPage.applyTheme('dark')`);
    await page.setViewportSize({width: 1440, height: 900});
    expect(await severeProblems(['color-contrast'])).toEqual([]);
    await expectWhole();
    expect(stage.problems).toEqual([]);
  },
  60_000,
);
