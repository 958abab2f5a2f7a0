/** From the embedded app: tell me what stands under this name in `data`, now and at each change. */
export interface ParentWindowQuery {
  readonly type: 'PARENT_WINDOW_QUERY';
  readonly selector: string;
  readonly pageName: string;
  readonly id: string;
}

/** From the parent: what stands there. */
export interface ParentWindowResult {
  readonly type: 'PARENT_WINDOW_RESULT';
  readonly result: unknown;
  readonly pageName: string;
  readonly id: string;
}

/** From the embedded app: the session ends soon (RFC 3339), or has ended. */
export interface SessionExpiring {
  readonly type: 'SESSION_EXPIRING';
  readonly expiresAt: string;
}
export interface SessionExpired {
  readonly type: 'SESSION_EXPIRED';
}

/** From the embedded app: the user has to sign in to the upstreams of these resources first; a page of ours offers that itself. */
export interface AuthRequired {
  readonly type: 'AUTH_REQUIRED';
  readonly resources: readonly { readonly id: string; readonly name: string }[];
}

/** From the embedded app: it could not be shown; `code` is the problem's code. */
export interface EmbedError {
  readonly type: 'EMBED_ERROR';
  readonly code: string;
}

/** Everything that an embedded page of ours says by itself. Whatever else arrives is the app author's own data. */
export type AppMessage = ParentWindowQuery | SessionExpiring | SessionExpired | AuthRequired | EmbedError;

/** Tells our own messages from the app author's. */
export function isAppMessage(value: unknown): value is AppMessage {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  switch (value.type) {
    case 'PARENT_WINDOW_QUERY':
      return hasText(value, 'selector') && hasText(value, 'pageName') && hasText(value, 'id');
    case 'SESSION_EXPIRING':
      return hasText(value, 'expiresAt');
    case 'AUTH_REQUIRED':
      return 'resources' in value && Array.isArray(value.resources);
    case 'EMBED_ERROR':
      return hasText(value, 'code');
    case 'SESSION_EXPIRED':
      return true;
    default:
      return false;
  }
}

const hasText = (value: object, name: string): boolean =>
  name in value && typeof (value as Record<string, unknown>)[name] === 'string';
