import type {Locator, Page} from 'playwright-core';

/** Presses Enter on a button as a person does who sees it: not before it can be pressed. Keys alone would not wait for that. */
export async function pressEnter(button: Locator): Promise<void> {
  await button.click({trial: true});
  await button.press('Enter');
}

/** Says yes in a dialog by keys alone: its safe answer has the focus first, the other is one Tab further. */
export async function confirmByKeyboard(page: Page): Promise<void> {
  await page.getByRole('alertdialog').waitFor();
  await page.locator(':focus', {hasText: 'Go back'}).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
}
