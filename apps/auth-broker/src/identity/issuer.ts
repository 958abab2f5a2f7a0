/** Who issues identities: how the outside reaches this installation, and where the keys are published. */
export class Issuer {
  /** @param url without a trailing slash */
  constructor(readonly url: string) {}
}
