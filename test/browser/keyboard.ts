import type {Locator, Page} from 'playwright-core';

/** Presses Enter on a button as a person does who sees it: not before it can be pressed. Keys alone would not wait for that. */
export async function pressEnter(button: Locator): Promise<void> {
  await button.click({trial: true});
  await button.press('Enter');
}

/** Waits until the focus is on what has exactly this text: it goes there a moment after that is drawn. */
export async function untilFocused(page: Page, text: string): Promise<void> {
  await page
    .locator(':focus')
    .and(page.getByText(text, {exact: true}))
    .waitFor();
}

/** Says yes in a dialog by keys alone: its safe answer has the focus first, the other is one Tab further. */
export async function confirmByKeyboard(page: Page): Promise<void> {
  await page.getByRole('alertdialog').waitFor();
  await untilFocused(page, 'Go back');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
}
