import { askEmbedded } from './embedded-api.js';
import { tellParent } from './tell-parent.js';

/** A resource of the app whose upstream the user signs in to. */
export interface SignInResource {
  readonly id: string;
  readonly name: string;
  readonly state: 'authorized' | 'unauthorized' | 'expired';
  readonly explain: string;
  /** False: it is not for this user to sign in. */
  readonly canSignIn: boolean;
}

/** The resources of the app that people sign in to, and how this user stands with each. @throws EmbedProblem */
export async function signInResources(): Promise<SignInResource[]> {
  const { data } = (await askEmbedded('resources', { method: 'GET' })) as { data: SignInResource[] };
  return data;
}

/** Looks which resources the user still can sign in to, and tells the parent when there are any. @throws EmbedProblem */
export async function missingSignIns(): Promise<SignInResource[]> {
  const missing = (await signInResources()).filter(({ canSignIn }) => canSignIn);
  const resources = missing.map(({ id, name }) => ({ id, name }));
  if (resources.length > 0) tellParent({ type: 'AUTH_REQUIRED', resources });
  return missing;
}

const lookEveryMs = 1_000;

/**
 * Signs the user in to a resource's upstream, in a window of its own: call it from a click, or the browser blocks the window.
 * Resolves with true when the user is signed in, and with false when the window is closed without that.
 * @throws EmbedProblem when there is nothing to sign in to
 */
export async function signIn(resource: string): Promise<boolean> {
  // Opened before anything is asked: a browser allows it in the click itself only.
  const popup = open('', '_blank', 'popup,width=520,height=680');
  try {
    const { url } = (await askEmbedded(`resources/${encodeURIComponent(resource)}/auth/start`, { method: 'POST' })) as {
      url: string;
    };
    if (popup === null) return false;
    popup.location.href = url;
  } catch (error) {
    popup?.close();
    throw error;
  }
  return untilSignedIn(resource, popup);
}

/** The window may lose its opener on its way (Cross-Origin-Opener-Policy), so that what it says is not waited for. */
async function untilSignedIn(resource: string, popup: Window): Promise<boolean> {
  for (;;) {
    const wasClosed = popup.closed;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    const found = (await signInResources()).find(({ id, name }) => id === resource || name === resource);
    if (found?.state === 'authorized') {
      popup.close();
      return true;
    }
    if (wasClosed) return false;
  }
}
