import type { Page } from 'playwright-core';

/** Signs in at the provider whose page is open, as a person does who sees its pages, and agrees to what is asked for. */
export async function signInAtProvider(page: Page, login: string): Promise<void> {
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill('any');
  await page.locator('button[type=submit]').click();
  await page.getByRole('button', { name: 'Continue' }).click();
}
