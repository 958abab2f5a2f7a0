import type { AuthenticationView } from '@pontage/contracts/resource-registry';

/** What of a resource may say that people sign in. */
interface Shown {
  readonly authentication: AuthenticationView;
  readonly environments?:
    Readonly<Record<string, { readonly authentication?: AuthenticationView | undefined }>> | undefined;
}

/** The resource with the URL that its provider has to know: a read shows it, and a write may send it back. */
export function withCallbackUrl<R extends Shown>(resource: R, baseUrl: string): R {
  const callbackUrl = `${baseUrl}/oauth/callback`;
  const told = (view: AuthenticationView): AuthenticationView =>
    view.grant === 'authorization_code' ? { ...view, callbackUrl } : view;
  const environments = Object.entries(resource.environments ?? {}).map(([name, own]) => [
    name,
    own.authentication === undefined ? own : { ...own, authentication: told(own.authentication) },
  ]);
  return {
    ...resource,
    authentication: told(resource.authentication),
    ...(resource.environments === undefined
      ? {}
      : { environments: Object.fromEntries(environments) as R['environments'] }),
  };
}
