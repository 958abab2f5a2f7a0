import type { Frame, Page } from 'playwright-core';

/** What a parent has heard of its embed. */
export interface Told {
  readonly errors: string[];
  readonly data: unknown[];
  readonly expired: number;
}

/** Mounts an embed with the SDK and notes what the parent hears. */
export async function mount(
  page: Page,
  url: string,
  more: { data?: Record<string, unknown>; refreshUrls?: string[] } = {},
): Promise<void> {
  await page.evaluate(
    ({ url, more }) => {
      const told = { errors: [] as string[], data: [] as unknown[], expired: 0 };
      const { sdk } = globalThis as unknown as { sdk: { mountEmbed(place: Element | null, options: object): unknown } };
      const refreshUrls = [...(more.refreshUrls ?? [])];
      const embed = sdk.mountEmbed(document.querySelector('#place'), {
        url,
        data: more.data ?? {},
        onData: (data: unknown) => told.data.push(data),
        onError: ({ code }: { code: string }) => told.errors.push(code),
        onSessionExpired: () => (told.expired += 1),
        ...(more.refreshUrls === undefined ? {} : { refreshUrl: async () => refreshUrls.shift() ?? '' }),
      });
      Object.assign(globalThis, { told, embed });
    },
    { url, more },
  );
}

/**
 * Lets the browser refuse third-party cookies on this page, as people's browsers do. The command-line switches for it
 * do nothing in a headless shell.
 */
export async function refuseThirdPartyCookies(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCookieControls', { enableThirdPartyCookieRestriction: true });
}

/** What this parent has heard so far. */
export const told = (page: Page): Promise<Told> => page.evaluate(() => (globalThis as unknown as { told: Told }).told);

/** The frame of the embedded app, once the app has greeted its user. */
export async function appOf(page: Page): Promise<Frame> {
  const frame = page.frameLocator('iframe');
  await frame.locator('#user:not(:empty)').waitFor();
  const handle = await page.locator('iframe').elementHandle();
  const content = await handle?.contentFrame();
  if (content === null || content === undefined) throw new Error('the frame has no document');
  return content;
}

/** Runs code of the embedded app, which finds the SDK as `pontage`. */
export const inApp = (page: Page, code: string): Promise<unknown> => appOf(page).then((frame) => frame.evaluate(code));
