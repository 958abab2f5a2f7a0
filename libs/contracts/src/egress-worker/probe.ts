/** The stages of a connection test, in the order in which they are shown. */
export const probeStages = ['resolve', 'policy', 'connect', 'tls', 'authenticate', 'request'] as const;
export type ProbeStage = (typeof probeStages)[number];

/** How long a stage took, or has taken so far. */
export interface StageTime {
  readonly stage: ProbeStage;
  readonly ms: number;
}

/** How the resource of a connection test proves who we are; nothing of it is secret. */
export interface ProbedCredential {
  readonly method: string;
  /** The scheme in the Authorization header, if it is one that is widely known. */
  readonly scheme: string | null;
  /** It works by a grant, and there is one. */
  readonly isGranted: boolean;
}

/** What has become known in a connection test: it comes with its last frame, from whoever sends that. */
export interface Probed {
  readonly region: string;
  /** Null: the resource has none. */
  readonly credential: ProbedCredential | null;
  /** The resource takes certificates that nobody known has signed. */
  readonly acceptsAnyIssuer: boolean;
  /** The stages that were begun. */
  readonly times: readonly StageTime[];
  /** Where it stood in the end. */
  readonly at: ProbeStage;
  /** What the auth method's own word means that was found in an answer which refuses. */
  readonly refusal: string | null;
}

/** A dispatch that tests a connection: what is known so far, for the worker to complete. */
export interface Probe {
  readonly known: Probed;
  /** The auth method's words for a refused credential, each with what it means, to be looked for in such an answer. */
  readonly refusals: Readonly<Record<string, string>>;
}
