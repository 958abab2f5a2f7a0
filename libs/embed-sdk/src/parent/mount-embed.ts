import {
  isAppMessage,
  type AppMessage,
  type AuthRequired,
  type ParentWindowQuery,
  type ParentWindowResult,
} from '../messages.js';

/** How an app is embedded. */
export interface EmbedOptions {
  /** The embed URL that your backend has minted. It works once. */
  readonly url: string;
  /** Gets another URL from your backend. It is asked once when the URL turns out to have been used already. */
  readonly refreshUrl?: () => Promise<string>;
  /** What the embedded app may ask for by name. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Hears what the app sends by `postMessage`. */
  readonly onData?: (data: unknown) => void;
  /** Hears why the app could not be shown: the code of the problem. */
  readonly onError?: (error: { readonly code: string }) => void;
  readonly onSessionExpiring?: (expiresAt: Date) => void;
  readonly onSessionExpired?: () => void;
  /** Hears which resources the user has to sign in to first; our own page offers that itself. */
  readonly onAuthRequired?: (resources: AuthRequired['resources']) => void;
  /** CSS lengths; all of the container by default. */
  readonly width?: string;
  readonly height?: string;
  /** What a screen reader calls the frame. */
  readonly title?: string;
  /** `true`: scripts and the app's own origin; text: these and more. Absent: no sandbox. */
  readonly sandbox?: boolean | string;
  /** Permissions policy of the frame. */
  readonly allow?: string;
}

/** An app on the page. */
export interface Embed {
  readonly frame: HTMLIFrameElement;
  /** Shows another URL, or gives new data to whoever asked for it. */
  update(change: Pick<EmbedOptions, 'url'> | Pick<EmbedOptions, 'data'>): void;
  /** Takes the frame off the page and stops listening. */
  unmount(): void;
}

const leastSandbox = 'allow-scripts allow-same-origin';

/** Puts an app into a frame and talks with it: only with that frame, and only at the origin of its URL. */
export function mountEmbed(container: HTMLElement, options: EmbedOptions): Embed {
  const embed = new MountedEmbed(container.ownerDocument, options);
  container.append(embed.frame);
  return embed;
}

class MountedEmbed implements Embed {
  readonly frame: HTMLIFrameElement;
  private origin = '';
  private data: Readonly<Record<string, unknown>>;
  private readonly asked = new Map<string, ParentWindowQuery>();
  private refreshed = false;
  private readonly listener = (event: MessageEvent): void => this.hear(event);

  constructor(
    document: Document,
    private readonly options: EmbedOptions,
  ) {
    this.data = options.data ?? {};
    this.frame = document.createElement('iframe');
    this.frame.title = options.title ?? 'Embedded app';
    this.frame.style.cssText = 'border: 0';
    this.frame.style.width = options.width ?? '100%';
    this.frame.style.height = options.height ?? '100%';
    if (options.allow !== undefined) this.frame.allow = options.allow;
    if (options.sandbox !== undefined && options.sandbox !== false) {
      this.frame.setAttribute(
        'sandbox',
        options.sandbox === true ? leastSandbox : `${leastSandbox} ${options.sandbox}`,
      );
    }
    addEventListener('message', this.listener);
    this.show(options.url);
  }

  update(change: { url?: string; data?: Readonly<Record<string, unknown>> }): void {
    if (change.data !== undefined) {
      this.data = change.data;
      for (const query of this.asked.values()) this.answer(query);
    }
    if (change.url !== undefined) {
      this.refreshed = false;
      this.show(change.url);
    }
  }

  unmount(): void {
    removeEventListener('message', this.listener);
    this.frame.remove();
  }

  private show(url: string): void {
    this.origin = new URL(url).origin;
    this.asked.clear();
    this.frame.src = url;
  }

  private hear(event: MessageEvent<unknown>): void {
    if (event.source !== this.frame.contentWindow || event.origin !== this.origin) return;
    if (isAppMessage(event.data)) this.take(event.data);
    else this.options.onData?.(event.data);
  }

  private take(message: AppMessage): void {
    switch (message.type) {
      case 'PARENT_WINDOW_QUERY':
        this.asked.set(`${message.pageName}-${message.id}`, message);
        return this.answer(message);
      case 'SESSION_EXPIRING':
        return this.options.onSessionExpiring?.(new Date(message.expiresAt));
      case 'SESSION_EXPIRED':
        return this.options.onSessionExpired?.();
      case 'AUTH_REQUIRED':
        return this.options.onAuthRequired?.(message.resources);
      case 'EMBED_ERROR':
        return this.fail(message.code);
    }
  }

  private answer({ selector, pageName, id }: ParentWindowQuery): void {
    // Only what was put there: an inherited name such as `constructor` is nobody's data.
    if (!Object.hasOwn(this.data, selector) || this.data[selector] === undefined) return;
    const result: ParentWindowResult = { type: 'PARENT_WINDOW_RESULT', result: this.data[selector], pageName, id };
    this.frame.contentWindow?.postMessage(result, this.origin);
  }

  private fail(code: string): void {
    const { refreshUrl, onError } = this.options;
    if (code !== 'embed-url-redeemed' || refreshUrl === undefined || this.refreshed) return onError?.({ code });
    this.refreshed = true;
    refreshUrl().then(
      (url) => this.show(url),
      () => onError?.({ code }),
    );
  }
}
