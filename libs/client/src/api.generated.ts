// Generated from api/gateway.openapi.json by `npm run generate`.

/** `App` of the OpenAPI document. */
export type App = {
  readonly name: string;
  readonly description: string;
  readonly uuid: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** `AuditEvent` of the OpenAPI document. */
export type AuditEvent = {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: 'success' | 'failure' | 'denied' | 'attempted';
  readonly actor: {
    readonly type: 'member' | 'external' | 'token' | 'service' | 'anonymous';
    readonly id: string;
    readonly display: string;
  };
  readonly externalIdentifier: string | null;
  readonly app: string | null;
  readonly resource: { readonly id: string; readonly version: number | null } | null;
  readonly region: string | null;
  readonly workerId: string | null;
  readonly requestId: string | null;
  readonly executionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly changes: unknown;
  readonly data: unknown;
  readonly seq: number;
  readonly prevHash: string;
  readonly hash: string;
};

/** `Checkpoint` of the OpenAPI document. */
export type Checkpoint = {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly keyId: string;
  readonly signature: string;
};

/** `ConfigVariable` of the OpenAPI document. */
export type ConfigVariable = {
  readonly name: string;
  readonly environment: string;
  readonly secret: boolean;
  readonly value: string | { readonly set: true; readonly fingerprint: string };
  readonly updatedAt: string;
};

/** `Group` of the OpenAPI document. */
export type Group = {
  readonly name: string;
  readonly allApps: 'none' | 'use' | 'edit' | 'own';
  readonly allResources: 'none' | 'use' | 'edit' | 'own';
  readonly id: number;
  readonly version: number;
  readonly apps: readonly { readonly app: string; readonly access: 'use' | 'edit' | 'own' }[];
  readonly resources: readonly {
    readonly resource: string;
    readonly access: 'use' | 'edit' | 'own';
    readonly environments: readonly string[] | null;
  }[];
};

/** `Organisation` of the OpenAPI document. */
export type Organisation = {
  readonly name: string;
  readonly defaultRegion: string;
  readonly environments: readonly string[];
  readonly embed: { readonly allowedOrigins: readonly string[] };
  readonly returnOrigins: readonly string[];
  readonly openResources: boolean;
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
};

/** `Problem` of the OpenAPI document. */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
};

/** `Resource` of the OpenAPI document. */
export type Resource = {
  readonly name: string;
  readonly description: string;
  readonly type: 'rest';
  readonly baseUrl: string;
  readonly region: string | null;
  readonly regionPolicy:
    | { readonly mode: 'strict'; readonly fallback: readonly string[]; readonly sealed: boolean }
    | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed: boolean };
  readonly urlParams: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
  readonly headers: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
  readonly body: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
  readonly cookies: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
  readonly cookiesToForward: readonly string[];
  readonly forwardAllCookies: boolean;
  readonly excludeDefaultHeaders: boolean;
  readonly sanitizeHeaders: boolean;
  readonly tls: {
    readonly allowSelfSigned: boolean;
    readonly ca: string | null;
    readonly clientCertificate: string | null;
    readonly clientKey: { readonly set: true; readonly fingerprint: string } | null;
  };
  readonly timeoutMs: number;
  readonly retries: { readonly attempts: number; readonly idempotencyKey: string | null };
  readonly limits: {
    readonly concurrency: number | null;
    readonly perSecond: number | null;
    readonly responseBytes: number | null;
    readonly learn: boolean;
  };
  readonly policy: {
    readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
    readonly paths: readonly string[];
  };
  readonly identityHeader: {
    readonly name: string;
    readonly claims: readonly (
      'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
    )[];
  } | null;
  readonly rotation: { readonly everyDays: number; readonly remindDaysBefore: number } | null;
  readonly environments: {
    readonly [name: string]: {
      readonly baseUrl?: string;
      readonly region?: string | null;
      readonly regionPolicy?:
        | { readonly mode: 'strict'; readonly fallback: readonly string[]; readonly sealed: boolean }
        | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed: boolean };
      readonly urlParams?: readonly (readonly [
        string,
        string | { readonly set: true; readonly fingerprint: string },
      ])[];
      readonly headers?: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
      readonly body?: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
      readonly cookies?: readonly (readonly [string, string | { readonly set: true; readonly fingerprint: string }])[];
      readonly cookiesToForward?: readonly string[];
      readonly forwardAllCookies?: boolean;
      readonly excludeDefaultHeaders?: boolean;
      readonly sanitizeHeaders?: boolean;
      readonly tls?: {
        readonly allowSelfSigned: boolean;
        readonly ca: string | null;
        readonly clientCertificate: string | null;
        readonly clientKey: { readonly set: true; readonly fingerprint: string } | null;
      };
      readonly timeoutMs?: number;
      readonly retries?: { readonly attempts: number; readonly idempotencyKey: string | null };
      readonly limits?: {
        readonly concurrency: number | null;
        readonly perSecond: number | null;
        readonly responseBytes: number | null;
        readonly learn: boolean;
      };
      readonly policy?: {
        readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
        readonly paths: readonly string[];
      };
      readonly identityHeader?: {
        readonly name: string;
        readonly claims: readonly (
          'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
        )[];
      } | null;
      readonly authentication?: { readonly method: string } & { readonly [name: string]: unknown };
    };
  };
  readonly id: string;
  readonly version: number;
  readonly authentication: { readonly method: string } & { readonly [name: string]: unknown };
  readonly credentials: readonly {
    readonly environment: string | null;
    readonly rotatedAt: string;
    readonly dueAt: string | null;
    readonly settlingSince?: string | null;
  }[];
  readonly createdAt: string;
  readonly updatedAt: string;
};

/** `ResourceVersion` of the OpenAPI document. */
export type ResourceVersion = {
  readonly version: number;
  readonly at: string;
  readonly by: { readonly type: string; readonly id: string; readonly display: string };
  readonly resource: Resource;
};

/** `SavedQuery` of the OpenAPI document. */
export type SavedQuery = {
  readonly resource: string;
  readonly request: {
    readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
    readonly path: string;
    readonly urlParams: readonly (readonly [string, string])[];
    readonly headers: readonly (readonly [string, string])[];
    readonly body?:
      | { readonly type: 'json'; readonly value: unknown }
      | { readonly type: 'form'; readonly value: readonly (readonly [string, string])[] }
      | {
          readonly type: 'multipart';
          readonly value: readonly {
            readonly name: string;
            readonly value?: string;
            readonly base64?: string;
            readonly filename?: string;
            readonly contentType?: string;
          }[];
        }
      | { readonly type: 'raw'; readonly value: string; readonly contentType?: string }
      | { readonly type: 'base64'; readonly value: string; readonly contentType?: string };
    readonly environment?: string;
    readonly timeoutMs?: number;
  };
  readonly params: {
    readonly type: 'object';
    readonly properties: {
      readonly [name: string]: {
        readonly type: 'string' | 'number' | 'integer' | 'boolean';
        readonly description?: string;
        readonly enum?: readonly (string | number | boolean)[];
        readonly maxLength?: number;
        readonly minimum?: number;
        readonly maximum?: number;
        readonly default?: string | number | boolean;
      };
    };
    readonly required: readonly string[];
    readonly additionalProperties: false;
  };
  readonly retries: { readonly attempts: number; readonly idempotencyKey: string | null } | null;
  readonly cache: { readonly seconds: number; readonly share: 'user' | 'everyone' } | null;
  readonly name: string;
  readonly app: string;
  readonly version: number;
  readonly updatedAt: string;
};

/** `Token` of the OpenAPI document. */
export type Token = {
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly (
    | 'resources:read'
    | 'resources:write'
    | 'queries:run'
    | 'apps:read'
    | 'apps:write'
    | 'apps:embed'
    | 'groups:read'
    | 'groups:write'
    | 'members:read'
    | 'members:write'
    | 'config:read'
    | 'config:write'
    | 'tokens:read'
    | 'tokens:write'
    | 'sessions:read'
    | 'sessions:write'
    | 'users:act'
    | 'webhooks:read'
    | 'webhooks:write'
    | 'audit:read'
    | 'audit:write'
    | 'regions:read'
    | 'regions:write'
    | 'organisation:read'
    | 'organisation:write'
    | 'admin'
    | 'operator'
  )[];
  readonly groupIds: readonly number[] | null;
  readonly expiresAt: string | null;
  readonly id: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly memberId: string | null;
};

/** What every operation takes and answers with. */
export interface Operations {
  /** Lists the public keys that verify who called, as a JWK set. */
  listIdentityKeys: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly keys: readonly {
        readonly kty: 'EC';
        readonly crv: 'P-256';
        readonly x: string;
        readonly y: string;
        readonly kid: string;
        readonly alg: 'ES256';
        readonly use: 'sig';
      }[];
    };
  };
  /** Mints a single-use URL that opens an app for an external user. */
  mintEmbedUrl: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: {
        readonly landingPageUuid: string;
        readonly groupIds: readonly number[];
        readonly externalIdentifier: string | number;
        readonly sessionDurationMinutes?: number;
        readonly userInfo?: {
          readonly email?: string;
          readonly firstName?: string;
          readonly lastName?: string;
          readonly first_name?: string;
          readonly last_name?: string;
        };
        readonly metadata?: { readonly [name: string]: string | boolean | number };
        readonly environment?: string;
        readonly branch?: string;
        readonly releaseVersion?: string;
        readonly allowedOrigins?: readonly string[];
        readonly urlTtlSeconds?: number;
      };
    };
    readonly answer: { readonly embedUrl: string; readonly expiresAt: string };
  };
  /** Shows this document. */
  showOpenApi: { readonly input: Readonly<Record<never, never>>; readonly answer: unknown };
  /** Runs a saved query of an app. */
  runSavedQuery: {
    readonly input: {
      readonly path: { readonly uuid: string; readonly name: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
      readonly body: { readonly params?: { readonly [name: string]: unknown } };
    };
    readonly answer: {
      readonly executionId: string;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: unknown;
      readonly bodyEncoding: 'json' | 'text' | 'base64';
      readonly durationMs: number;
      readonly region: string;
      readonly workerId: string;
      readonly attempts: number;
      readonly cache?: 'hit' | 'miss';
    };
  };
  /** Shows a saved query. */
  findQuery: {
    readonly input: { readonly path: { readonly uuid: string; readonly name: string } };
    readonly answer: SavedQuery;
  };
  /** Saves a query of an app. */
  putQuery: {
    readonly input: {
      readonly path: { readonly uuid: string; readonly name: string };
      readonly headers?: { readonly 'If-Match'?: string };
      readonly body: {
        readonly resource: string;
        readonly request: {
          readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
          readonly path?: string;
          readonly urlParams?: readonly (readonly [string, string])[];
          readonly headers?: readonly (readonly [string, string])[];
          readonly body?:
            | { readonly type: 'json'; readonly value: unknown }
            | { readonly type: 'form'; readonly value: readonly (readonly [string, string])[] }
            | {
                readonly type: 'multipart';
                readonly value: readonly {
                  readonly name: string;
                  readonly value?: string;
                  readonly base64?: string;
                  readonly filename?: string;
                  readonly contentType?: string;
                }[];
              }
            | { readonly type: 'raw'; readonly value: string; readonly contentType?: string }
            | { readonly type: 'base64'; readonly value: string; readonly contentType?: string };
          readonly environment?: string;
          readonly timeoutMs?: number;
        };
        readonly params?: {
          readonly type?: 'object';
          readonly properties?: {
            readonly [name: string]: {
              readonly type: 'string' | 'number' | 'integer' | 'boolean';
              readonly description?: string;
              readonly enum?: readonly (string | number | boolean)[];
              readonly maxLength?: number;
              readonly minimum?: number;
              readonly maximum?: number;
              readonly default?: string | number | boolean;
            };
          };
          readonly required?: readonly string[];
          readonly additionalProperties?: false;
        };
        readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null } | null;
        readonly cache?: { readonly seconds: number; readonly share?: 'user' | 'everyone' } | null;
      };
    };
    readonly answer: SavedQuery;
  };
  /** Deletes a saved query. */
  deleteQuery: {
    readonly input: {
      readonly path: { readonly uuid: string; readonly name: string };
      readonly headers?: { readonly 'If-Match'?: string };
    };
    readonly answer: undefined;
  };
  /** Lists the saved queries of an app. */
  listQueries: {
    readonly input: {
      readonly path: { readonly uuid: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: { readonly data: readonly SavedQuery[]; readonly nextCursor: string | null };
  };
  /** Shows an app. */
  findApp: { readonly input: { readonly path: { readonly uuid: string } }; readonly answer: App };
  /** Changes an app. */
  updateApp: {
    readonly input: {
      readonly path: { readonly uuid: string };
      readonly headers?: { readonly 'If-Match'?: string };
      readonly body: { readonly name?: string; readonly description?: string };
    };
    readonly answer: App;
  };
  /** Deletes an app with its saved queries. */
  deleteApp: {
    readonly input: { readonly path: { readonly uuid: string }; readonly headers?: { readonly 'If-Match'?: string } };
    readonly answer: undefined;
  };
  /** Lists the apps. */
  listApps: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: { readonly data: readonly App[]; readonly nextCursor: string | null };
  };
  /** Adds an app. */
  createApp: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: { readonly name: string; readonly description?: string };
    };
    readonly answer: App;
  };
  /** Streams audit events as lines, oldest first; the export is recorded before it begins. */
  exportAuditEvents: {
    readonly input: {
      readonly query?: {
        readonly actor?: string;
        readonly externalIdentifier?: string;
        readonly action?: string;
        readonly resource?: string;
        readonly app?: string;
        readonly outcome?: 'success' | 'failure' | 'denied' | 'attempted';
        readonly from?: string;
        readonly to?: string;
        readonly format?: 'ndjson' | 'csv';
      };
    };
    readonly answer: string;
  };
  /** Shows an audit event. */
  findAuditEvent: { readonly input: { readonly path: { readonly id: string } }; readonly answer: AuditEvent };
  /** Lists audit events, newest first. */
  listAuditEvents: {
    readonly input: {
      readonly query?: {
        readonly limit?: number;
        readonly cursor?: string;
        readonly actor?: string;
        readonly externalIdentifier?: string;
        readonly action?: string;
        readonly resource?: string;
        readonly app?: string;
        readonly outcome?: 'success' | 'failure' | 'denied' | 'attempted';
        readonly from?: string;
        readonly to?: string;
        readonly order?: 'asc' | 'desc';
      };
    };
    readonly answer: { readonly data: readonly AuditEvent[]; readonly nextCursor: string | null };
  };
  /** Lists the signed checkpoints and the keys that verify them. */
  listCheckpoints: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: {
      readonly data: readonly Checkpoint[];
      readonly nextCursor: string | null;
      readonly org: string;
      readonly keys: readonly { readonly [name: string]: unknown }[];
    };
  };
  /** Recomputes the chain of events and compares it with the checkpoints. */
  verifyAudit: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly ok: boolean;
      readonly events: number;
      readonly checkpoints: number;
      readonly firstBroken: { readonly seq: number; readonly reason: string } | null;
    };
  };
  /** Lists the auth methods with the JSON Schema of their settings and secrets. */
  listAuthMethods: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly title: string;
        readonly settings: unknown;
        readonly secrets: unknown;
        readonly guide: string;
        readonly deprecated: boolean;
      }[];
    };
  };
  /** Sets a configuration variable in one environment; a secret one is write-only. */
  putConfig: {
    readonly input: {
      readonly path: { readonly name: string };
      readonly body: {
        readonly environment?: string;
        readonly value: string | { readonly set: true; readonly fingerprint: string };
        readonly secret?: boolean;
      };
    };
    readonly answer: ConfigVariable;
  };
  /** Deletes a configuration variable from one environment, or from all. */
  deleteConfig: {
    readonly input: { readonly path: { readonly name: string }; readonly query?: { readonly environment?: string } };
    readonly answer: undefined;
  };
  /** Lists the configuration variables. */
  listConfig: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: { readonly data: readonly ConfigVariable[]; readonly nextCursor: string | null };
  };
  /** Ends an embed session; every gateway refuses it before this is answered. */
  revokeEmbedSession: { readonly input: { readonly path: { readonly id: string } }; readonly answer: undefined };
  /** Lists the embed sessions of external users. */
  listEmbedSessions: {
    readonly input: {
      readonly query?: {
        readonly limit?: number;
        readonly cursor?: string;
        readonly externalIdentifier?: string;
        readonly app?: string;
      };
    };
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly app: string;
        readonly externalIdentifier: string;
        readonly userInfo: { readonly email?: string; readonly firstName?: string; readonly lastName?: string };
        readonly groupIds: readonly number[];
        readonly environment: string;
        readonly createdAt: string;
        readonly expiresAt: string;
        readonly endedAt: string | null;
        readonly metadata: { readonly [name: string]: string | boolean | number };
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Forgets a grant, whoever it belongs to, and ends it at the provider where that can be. */
  forgetGrant: {
    readonly input: { readonly path: { readonly id: string } };
    readonly answer: { readonly revokedAtProvider: boolean | null };
  };
  /** Lists the grants of the organisation: whose, of which resource, until when. Those that end first come first. */
  listGrants: {
    readonly input: {
      readonly query?: {
        readonly limit?: number;
        readonly cursor?: string;
        readonly expiresBefore?: string;
        readonly resourceId?: string;
      };
    };
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly resourceId: string;
        readonly environment: string;
        readonly caller: {
          readonly kind: 'member' | 'token' | 'service' | 'external';
          readonly id: string;
          readonly display: string;
        } | null;
        readonly state: 'authorized' | 'expired' | 'unauthorized';
        readonly expiresAt: string | null;
        readonly issuedAt: string | null;
        readonly lastRefreshAt: string | null;
        readonly lastUsedAt: string | null;
        readonly refreshable: boolean;
        readonly failing: string | null;
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Gives a group access to an app. */
  setGroupApp: {
    readonly input: {
      readonly path: { readonly id: number; readonly uuid: string };
      readonly body: { readonly access: 'use' | 'edit' | 'own' };
    };
    readonly answer: Group;
  };
  /** Takes a group's access to an app away. */
  unsetGroupApp: {
    readonly input: { readonly path: { readonly id: number; readonly uuid: string } };
    readonly answer: undefined;
  };
  /** Takes a member into a group. */
  setGroupMember: {
    readonly input: { readonly path: { readonly id: number; readonly memberId: string } };
    readonly answer: Group;
  };
  /** Takes a member out of a group. */
  unsetGroupMember: {
    readonly input: { readonly path: { readonly id: number; readonly memberId: string } };
    readonly answer: undefined;
  };
  /** Gives a group access to a resource, in some environments or in all. */
  setGroupResource: {
    readonly input: {
      readonly path: { readonly id: number; readonly resourceId: string };
      readonly body: { readonly access: 'use' | 'edit' | 'own'; readonly environments?: readonly string[] | null };
    };
    readonly answer: Group;
  };
  /** Takes a group's access to a resource away. */
  unsetGroupResource: {
    readonly input: { readonly path: { readonly id: number; readonly resourceId: string } };
    readonly answer: undefined;
  };
  /** Shows a group and what it may reach. */
  findGroup: { readonly input: { readonly path: { readonly id: number } }; readonly answer: Group };
  /** Changes a group. */
  updateGroup: {
    readonly input: {
      readonly path: { readonly id: number };
      readonly headers?: { readonly 'If-Match'?: string };
      readonly body: {
        readonly name?: string;
        readonly allApps?: 'none' | 'use' | 'edit' | 'own';
        readonly allResources?: 'none' | 'use' | 'edit' | 'own';
      };
    };
    readonly answer: Group;
  };
  /** Deletes a group. */
  deleteGroup: {
    readonly input: { readonly path: { readonly id: number }; readonly headers?: { readonly 'If-Match'?: string } };
    readonly answer: undefined;
  };
  /** Lists the groups. */
  listGroups: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: { readonly data: readonly Group[]; readonly nextCursor: string | null };
  };
  /** Adds a group. */
  createGroup: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: {
        readonly name: string;
        readonly allApps?: 'none' | 'use' | 'edit' | 'own';
        readonly allResources?: 'none' | 'use' | 'edit' | 'own';
      };
    };
    readonly answer: Group;
  };
  /** Brings every sealed record under the newest master key, in the background. */
  rotateKeys: {
    readonly input: { readonly body: { readonly depth?: 'keys' | 'data' } };
    readonly answer: {
      readonly id: string;
      readonly depth: 'keys' | 'data';
      readonly keyId: string;
      readonly requestedAt: string;
      readonly finishedAt: string | null;
      readonly records: number;
      readonly unreadable: number;
    };
  };
  /** Lists the master keys with the number of records that each of them wraps, and the last rotation. */
  listKeys: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly current: boolean;
        readonly present: boolean;
        readonly records: number;
      }[];
      readonly rotation: {
        readonly id: string;
        readonly depth: 'keys' | 'data';
        readonly keyId: string;
        readonly requestedAt: string;
        readonly finishedAt: string | null;
        readonly records: number;
        readonly unreadable: number;
      } | null;
      readonly nextCursor: null;
    };
  };
  /** Shows who the caller is and what he may do. */
  findCaller: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly type: 'token' | 'member';
      readonly id: string;
      readonly scopes: readonly (
        | 'resources:read'
        | 'resources:write'
        | 'queries:run'
        | 'apps:read'
        | 'apps:write'
        | 'apps:embed'
        | 'groups:read'
        | 'groups:write'
        | 'members:read'
        | 'members:write'
        | 'config:read'
        | 'config:write'
        | 'tokens:read'
        | 'tokens:write'
        | 'sessions:read'
        | 'sessions:write'
        | 'users:act'
        | 'webhooks:read'
        | 'webhooks:write'
        | 'audit:read'
        | 'audit:write'
        | 'regions:read'
        | 'regions:write'
        | 'organisation:read'
        | 'organisation:write'
        | 'admin'
        | 'operator'
      )[];
      readonly groupIds: readonly number[] | null;
      readonly name: string;
      readonly organisation: { readonly id: string };
      readonly email?: string;
      readonly token?: string | null;
      readonly openResources?: boolean;
      readonly csrfToken?: string;
    };
  };
  /** Shows a member. */
  findMember: {
    readonly input: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly name: string;
      readonly role: 'admin' | 'member';
      readonly disabled: boolean;
      readonly id: string;
      readonly email: string;
      readonly hasPassword: boolean;
      readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
      readonly groupIds: readonly number[];
      readonly version: number;
      readonly createdAt: string;
      readonly lastSignedInAt: string | null;
    };
  };
  /** Changes a member: `members:write`, or oneself as far as name and password go. */
  updateMember: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly headers?: { readonly 'If-Match'?: string };
      readonly body: {
        readonly name?: string;
        readonly role?: 'admin' | 'member';
        readonly disabled?: boolean;
        readonly email?: string;
        readonly password?: string;
        readonly currentPassword?: string;
      };
    };
    readonly answer: {
      readonly name: string;
      readonly role: 'admin' | 'member';
      readonly disabled: boolean;
      readonly id: string;
      readonly email: string;
      readonly hasPassword: boolean;
      readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
      readonly groupIds: readonly number[];
      readonly version: number;
      readonly createdAt: string;
      readonly lastSignedInAt: string | null;
    };
  };
  /** Removes a member, his sessions and his tokens; every gateway refuses them before this is answered. */
  deleteMember: {
    readonly input: { readonly path: { readonly id: string }; readonly headers?: { readonly 'If-Match'?: string } };
    readonly answer: undefined;
  };
  /** Lists the members, never anything of their passwords. */
  listMembers: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: {
      readonly data: readonly {
        readonly name: string;
        readonly role: 'admin' | 'member';
        readonly disabled: boolean;
        readonly id: string;
        readonly email: string;
        readonly hasPassword: boolean;
        readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
        readonly groupIds: readonly number[];
        readonly version: number;
        readonly createdAt: string;
        readonly lastSignedInAt: string | null;
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Adds a member. */
  createMember: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: {
        readonly email: string;
        readonly name?: string;
        readonly role?: 'admin' | 'member';
        readonly groupIds?: readonly number[];
        readonly password?: string;
      };
    };
    readonly answer: {
      readonly name: string;
      readonly role: 'admin' | 'member';
      readonly disabled: boolean;
      readonly id: string;
      readonly email: string;
      readonly hasPassword: boolean;
      readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
      readonly groupIds: readonly number[];
      readonly version: number;
      readonly createdAt: string;
      readonly lastSignedInAt: string | null;
    };
  };
  /** Shows the caller's organisation. */
  findOrganisation: { readonly input: Readonly<Record<never, never>>; readonly answer: Organisation };
  /** Changes the caller's organisation. */
  updateOrganisation: {
    readonly input: {
      readonly headers?: { readonly 'If-Match'?: string };
      readonly body: {
        readonly name?: string;
        readonly defaultRegion?: string;
        readonly environments?: readonly string[];
        readonly embed?: { readonly allowedOrigins: readonly string[] };
        readonly returnOrigins?: readonly string[];
        readonly openResources?: boolean;
      };
    };
    readonly answer: Organisation;
  };
  /** Lists every organisation. */
  listOrganisations: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: { readonly data: readonly Organisation[]; readonly nextCursor: string | null };
  };
  /** Adds an organisation; its first admin token is shown once. */
  createOrganisation: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: { readonly name: string; readonly defaultRegion?: string };
    };
    readonly answer: {
      readonly name: string;
      readonly defaultRegion: string;
      readonly environments: readonly string[];
      readonly embed: { readonly allowedOrigins: readonly string[] };
      readonly returnOrigins: readonly string[];
      readonly openResources: boolean;
      readonly id: string;
      readonly version: number;
      readonly createdAt: string;
      readonly adminTokenId: string;
      readonly adminToken: string;
    };
  };
  /** Lists the addresses that requests leave from, per region. */
  listOutboundAddresses: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly data: readonly {
        readonly region: string;
        readonly ips: readonly string[];
        readonly cidrs: readonly string[];
      }[];
    };
  };
  /** Keeps new requests away from a worker, as far as its region has another one. */
  drainWorker: {
    readonly input: { readonly path: { readonly id: string; readonly workerId: string } };
    readonly answer: {
      readonly id: string;
      readonly location: string | null;
      readonly outboundIps: readonly string[];
      readonly state: 'open' | 'draining' | 'closed';
      readonly maxInflight: number | null;
      readonly latencyMs: number | null;
      readonly workers: readonly {
        readonly id: string;
        readonly version: string;
        readonly inflight: number;
        readonly queued: number;
        readonly capacity: number;
        readonly since: string;
        readonly draining: boolean;
        readonly p50Ms: number | null;
        readonly p99Ms: number | null;
        readonly failures: number | null;
      }[];
      readonly breakers: readonly {
        readonly resource: string;
        readonly environment: string | null;
        readonly state: 'open' | 'half-open';
        readonly since: string;
      }[];
      readonly openBreakers: number | null;
    };
  };
  /** Opens, drains or closes a region, or caps what it has in hand. */
  updateRegion: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly body: { readonly state?: 'open' | 'draining' | 'closed'; readonly maxInflight?: number | null };
    };
    readonly answer: {
      readonly id: string;
      readonly location: string | null;
      readonly outboundIps: readonly string[];
      readonly state: 'open' | 'draining' | 'closed';
      readonly maxInflight: number | null;
      readonly latencyMs: number | null;
      readonly workers: readonly {
        readonly id: string;
        readonly version: string;
        readonly inflight: number;
        readonly queued: number;
        readonly capacity: number;
        readonly since: string;
        readonly draining: boolean;
        readonly p50Ms: number | null;
        readonly p99Ms: number | null;
        readonly failures: number | null;
      }[];
      readonly breakers: readonly {
        readonly resource: string;
        readonly environment: string | null;
        readonly state: 'open' | 'half-open';
        readonly since: string;
      }[];
      readonly openBreakers: number | null;
    };
  };
  /** Lists the regions, what they take, and their workers. */
  listRegions: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly location: string | null;
        readonly outboundIps: readonly string[];
        readonly state: 'open' | 'draining' | 'closed';
        readonly maxInflight: number | null;
        readonly latencyMs: number | null;
        readonly workers: readonly {
          readonly id: string;
          readonly version: string;
          readonly inflight: number;
          readonly queued: number;
          readonly capacity: number;
          readonly since: string;
          readonly draining: boolean;
          readonly p50Ms: number | null;
          readonly p99Ms: number | null;
          readonly failures: number | null;
        }[];
        readonly breakers: readonly {
          readonly resource: string;
          readonly environment: string | null;
          readonly state: 'open' | 'half-open';
          readonly since: string;
        }[];
        readonly openBreakers: number | null;
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Brings the resources to a state: all of it, or nothing. */
  applyResources: {
    readonly input: {
      readonly body: {
        readonly resources: readonly {
          readonly name: string;
          readonly description?: string;
          readonly type?: 'rest';
          readonly baseUrl: string;
          readonly region?: string | null;
          readonly regionPolicy?:
            | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
            | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
          readonly urlParams?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly headers?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly body?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly cookies?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly cookiesToForward?: readonly string[];
          readonly forwardAllCookies?: boolean;
          readonly excludeDefaultHeaders?: boolean;
          readonly sanitizeHeaders?: boolean;
          readonly tls?: {
            readonly allowSelfSigned?: boolean;
            readonly ca?: string | null;
            readonly clientCertificate?: string | null;
            readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
          };
          readonly timeoutMs?: number;
          readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
          readonly limits?: {
            readonly concurrency?: number | null;
            readonly perSecond?: number | null;
            readonly responseBytes?: number | null;
            readonly learn?: boolean;
          };
          readonly policy?: {
            readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
            readonly paths?: readonly string[];
          };
          readonly identityHeader?: {
            readonly name: string;
            readonly claims?: readonly (
              'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
            )[];
          } | null;
          readonly rotation?: { readonly everyDays: number; readonly remindDaysBefore?: number } | null;
          readonly environments?: {
            readonly [name: string]: {
              readonly baseUrl?: string;
              readonly region?: string | null;
              readonly regionPolicy?:
                | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
                | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
              readonly urlParams?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly headers?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly body?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly cookies?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly cookiesToForward?: readonly string[];
              readonly forwardAllCookies?: boolean;
              readonly excludeDefaultHeaders?: boolean;
              readonly sanitizeHeaders?: boolean;
              readonly tls?: {
                readonly allowSelfSigned?: boolean;
                readonly ca?: string | null;
                readonly clientCertificate?: string | null;
                readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
              };
              readonly timeoutMs?: number;
              readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
              readonly limits?: {
                readonly concurrency?: number | null;
                readonly perSecond?: number | null;
                readonly responseBytes?: number | null;
                readonly learn?: boolean;
              };
              readonly policy?: {
                readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
                readonly paths?: readonly string[];
              };
              readonly identityHeader?: {
                readonly name: string;
                readonly claims?: readonly (
                  'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
                )[];
              } | null;
              readonly authentication?: { readonly [name: string]: unknown };
            };
          };
          readonly authentication?: { readonly [name: string]: unknown };
        }[];
        readonly prune?: boolean;
        readonly basis?: string;
      };
    };
    readonly answer: {
      readonly changes: readonly {
        readonly name: string;
        readonly action: 'create' | 'update' | 'delete' | 'none';
        readonly id: string | null;
        readonly version: number | null;
        readonly differences: readonly { readonly pointer: string; readonly from: unknown; readonly to: unknown }[];
      }[];
    };
  };
  /** Says what it would take to bring the resources to a state. Changes nothing. */
  planResources: {
    readonly input: {
      readonly body: {
        readonly resources: readonly {
          readonly name: string;
          readonly description?: string;
          readonly type?: 'rest';
          readonly baseUrl: string;
          readonly region?: string | null;
          readonly regionPolicy?:
            | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
            | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
          readonly urlParams?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly headers?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly body?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly cookies?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly cookiesToForward?: readonly string[];
          readonly forwardAllCookies?: boolean;
          readonly excludeDefaultHeaders?: boolean;
          readonly sanitizeHeaders?: boolean;
          readonly tls?: {
            readonly allowSelfSigned?: boolean;
            readonly ca?: string | null;
            readonly clientCertificate?: string | null;
            readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
          };
          readonly timeoutMs?: number;
          readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
          readonly limits?: {
            readonly concurrency?: number | null;
            readonly perSecond?: number | null;
            readonly responseBytes?: number | null;
            readonly learn?: boolean;
          };
          readonly policy?: {
            readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
            readonly paths?: readonly string[];
          };
          readonly identityHeader?: {
            readonly name: string;
            readonly claims?: readonly (
              'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
            )[];
          } | null;
          readonly rotation?: { readonly everyDays: number; readonly remindDaysBefore?: number } | null;
          readonly environments?: {
            readonly [name: string]: {
              readonly baseUrl?: string;
              readonly region?: string | null;
              readonly regionPolicy?:
                | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
                | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
              readonly urlParams?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly headers?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly body?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly cookies?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly cookiesToForward?: readonly string[];
              readonly forwardAllCookies?: boolean;
              readonly excludeDefaultHeaders?: boolean;
              readonly sanitizeHeaders?: boolean;
              readonly tls?: {
                readonly allowSelfSigned?: boolean;
                readonly ca?: string | null;
                readonly clientCertificate?: string | null;
                readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
              };
              readonly timeoutMs?: number;
              readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
              readonly limits?: {
                readonly concurrency?: number | null;
                readonly perSecond?: number | null;
                readonly responseBytes?: number | null;
                readonly learn?: boolean;
              };
              readonly policy?: {
                readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
                readonly paths?: readonly string[];
              };
              readonly identityHeader?: {
                readonly name: string;
                readonly claims?: readonly (
                  'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
                )[];
              } | null;
              readonly authentication?: { readonly [name: string]: unknown };
            };
          };
          readonly authentication?: { readonly [name: string]: unknown };
        }[];
        readonly prune?: boolean;
        readonly basis?: string;
      };
    };
    readonly answer: {
      readonly changes: readonly {
        readonly name: string;
        readonly action: 'create' | 'update' | 'delete' | 'none';
        readonly id: string | null;
        readonly version: number | null;
        readonly differences: readonly { readonly pointer: string; readonly from: unknown; readonly to: unknown }[];
      }[];
      readonly basis: string;
    };
  };
  /** Tests the connection of a resource that is not saved; nothing of it is kept. */
  testUnsavedResource: {
    readonly input: {
      readonly body: {
        readonly environment?: string;
        readonly region?: string;
        readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
        readonly path?: string;
        readonly resource: {
          readonly name: string;
          readonly description?: string;
          readonly type?: 'rest';
          readonly baseUrl: string;
          readonly region?: string | null;
          readonly regionPolicy?:
            | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
            | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
          readonly urlParams?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly headers?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly body?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly cookies?: readonly (readonly [
            string,
            string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
          ])[];
          readonly cookiesToForward?: readonly string[];
          readonly forwardAllCookies?: boolean;
          readonly excludeDefaultHeaders?: boolean;
          readonly sanitizeHeaders?: boolean;
          readonly tls?: {
            readonly allowSelfSigned?: boolean;
            readonly ca?: string | null;
            readonly clientCertificate?: string | null;
            readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
          };
          readonly timeoutMs?: number;
          readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
          readonly limits?: {
            readonly concurrency?: number | null;
            readonly perSecond?: number | null;
            readonly responseBytes?: number | null;
            readonly learn?: boolean;
          };
          readonly policy?: {
            readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
            readonly paths?: readonly string[];
          };
          readonly identityHeader?: {
            readonly name: string;
            readonly claims?: readonly (
              'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
            )[];
          } | null;
          readonly rotation?: { readonly everyDays: number; readonly remindDaysBefore?: number } | null;
          readonly environments?: {
            readonly [name: string]: {
              readonly baseUrl?: string;
              readonly region?: string | null;
              readonly regionPolicy?:
                | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
                | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
              readonly urlParams?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly headers?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly body?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly cookies?: readonly (readonly [
                string,
                string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
              ])[];
              readonly cookiesToForward?: readonly string[];
              readonly forwardAllCookies?: boolean;
              readonly excludeDefaultHeaders?: boolean;
              readonly sanitizeHeaders?: boolean;
              readonly tls?: {
                readonly allowSelfSigned?: boolean;
                readonly ca?: string | null;
                readonly clientCertificate?: string | null;
                readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
              };
              readonly timeoutMs?: number;
              readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
              readonly limits?: {
                readonly concurrency?: number | null;
                readonly perSecond?: number | null;
                readonly responseBytes?: number | null;
                readonly learn?: boolean;
              };
              readonly policy?: {
                readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
                readonly paths?: readonly string[];
              };
              readonly identityHeader?: {
                readonly name: string;
                readonly claims?: readonly (
                  'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
                )[];
              } | null;
              readonly authentication?: { readonly [name: string]: unknown };
            };
          };
          readonly authentication?: { readonly [name: string]: unknown };
        };
      };
    };
    readonly answer:
      | {
          readonly ok: boolean;
          readonly region: string | null;
          readonly workerId: string | null;
          readonly stages: readonly {
            readonly name: 'resolve' | 'policy' | 'connect' | 'tls' | 'authenticate' | 'request';
            readonly ok: boolean;
            readonly ms: number;
            readonly detail: string;
            readonly remedy?: string;
          }[];
          readonly status: number | null;
          readonly notChecked: readonly string[];
        }
      | {
          readonly ok: boolean;
          readonly regions: readonly {
            readonly ok: boolean;
            readonly region: string | null;
            readonly workerId: string | null;
            readonly stages: readonly {
              readonly name: 'resolve' | 'policy' | 'connect' | 'tls' | 'authenticate' | 'request';
              readonly ok: boolean;
              readonly ms: number;
              readonly detail: string;
              readonly remedy?: string;
            }[];
            readonly status: number | null;
            readonly notChecked: readonly string[];
          }[];
        };
  };
  /** Replaces the secret of a credential, once the upstream has taken the new one; the old one stands in meanwhile. */
  rotateCredential: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly query?: { readonly environment?: string; readonly path?: string };
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: { readonly [name: string]: unknown };
    };
    readonly answer: Resource;
  };
  /** Makes a new version that equals an older one. */
  rollBackResource: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: { readonly version: number };
    };
    readonly answer: Resource;
  };
  /** Shows what a version changed against the one before it. */
  diffResourceVersion: {
    readonly input: { readonly path: { readonly id: string; readonly version: number } };
    readonly answer: {
      readonly version: number;
      readonly changes: readonly { readonly pointer: string; readonly from: unknown; readonly to: unknown }[];
    };
  };
  /** Lists the versions of a resource, newest first. */
  listResourceVersions: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: { readonly data: readonly ResourceVersion[]; readonly nextCursor: string | null };
  };
  /** Shows a resource, by id or name; secrets show as set. */
  findResource: { readonly input: { readonly path: { readonly id: string } }; readonly answer: Resource };
  /** Changes a resource; a changed destination needs its secrets again. */
  updateResource: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly headers?: { readonly 'If-Match'?: string };
      readonly body: {
        readonly name?: string;
        readonly description?: string;
        readonly type?: 'rest';
        readonly baseUrl?: string;
        readonly region?: string | null;
        readonly regionPolicy?:
          | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
          | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
        readonly urlParams?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly headers?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly body?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly cookies?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly cookiesToForward?: readonly string[];
        readonly forwardAllCookies?: boolean;
        readonly excludeDefaultHeaders?: boolean;
        readonly sanitizeHeaders?: boolean;
        readonly tls?: {
          readonly allowSelfSigned?: boolean;
          readonly ca?: string | null;
          readonly clientCertificate?: string | null;
          readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
        };
        readonly timeoutMs?: number;
        readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
        readonly limits?: {
          readonly concurrency?: number | null;
          readonly perSecond?: number | null;
          readonly responseBytes?: number | null;
          readonly learn?: boolean;
        };
        readonly policy?: {
          readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
          readonly paths?: readonly string[];
        };
        readonly identityHeader?: {
          readonly name: string;
          readonly claims?: readonly (
            'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
          )[];
        } | null;
        readonly rotation?: { readonly everyDays: number; readonly remindDaysBefore?: number } | null;
        readonly environments?: {
          readonly [name: string]: {
            readonly baseUrl?: string;
            readonly region?: string | null;
            readonly regionPolicy?:
              | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
              | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
            readonly urlParams?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly headers?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly body?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly cookies?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly cookiesToForward?: readonly string[];
            readonly forwardAllCookies?: boolean;
            readonly excludeDefaultHeaders?: boolean;
            readonly sanitizeHeaders?: boolean;
            readonly tls?: {
              readonly allowSelfSigned?: boolean;
              readonly ca?: string | null;
              readonly clientCertificate?: string | null;
              readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
            };
            readonly timeoutMs?: number;
            readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
            readonly limits?: {
              readonly concurrency?: number | null;
              readonly perSecond?: number | null;
              readonly responseBytes?: number | null;
              readonly learn?: boolean;
            };
            readonly policy?: {
              readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
              readonly paths?: readonly string[];
            };
            readonly identityHeader?: {
              readonly name: string;
              readonly claims?: readonly (
                'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
              )[];
            } | null;
            readonly authentication?: { readonly [name: string]: unknown };
          } | null;
        };
        readonly authentication?: { readonly [name: string]: unknown };
      };
    };
    readonly answer: Resource;
  };
  /** Deletes a resource and forgets its credential. */
  deleteResource: {
    readonly input: { readonly path: { readonly id: string }; readonly headers?: { readonly 'If-Match'?: string } };
    readonly answer: undefined;
  };
  /** Begins a sign-in of the caller at the resource's provider. The URL does for one browser, once, for ten minutes. */
  startSignIn: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
      readonly body: { readonly returnTo?: string; readonly environment?: string };
    };
    readonly answer: { readonly url: string };
  };
  /** Lists what happened to the caller's grant and why, the newest first. */
  listSignInEvents: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly query?: { readonly environment?: string; readonly limit?: number; readonly cursor?: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
    };
    readonly answer: {
      readonly data: readonly {
        readonly at: string;
        readonly event: 'issued' | 'refreshed' | 'used' | 'failed' | 'recovered' | 'refused' | 'accepted' | 'revoked';
        readonly version: number;
        readonly trigger: string | null;
        readonly detail: string | null;
        readonly expiresAt: string | null;
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Tells how the caller stands with the resource's upstream, and what the next query would do. */
  checkSignIn: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly query?: { readonly environment?: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
    };
    readonly answer: {
      readonly state: 'authorized' | 'unauthorized' | 'expired' | 'not-required';
      readonly expiresAt: string | null;
      readonly explain: string;
    };
  };
  /** Forgets what the caller's sign-in has brought, and ends it at the provider where that can be. */
  endSignIn: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly query?: { readonly environment?: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
    };
    readonly answer: { readonly revokedAtProvider: boolean | null };
  };
  /** Shows the exact request that a query would make, with secrets masked. Nothing is sent. */
  previewQuery: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
      readonly body: {
        readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
        readonly path?: string;
        readonly urlParams?: readonly (readonly [string, string])[];
        readonly headers?: readonly (readonly [string, string])[];
        readonly body?:
          | { readonly type: 'json'; readonly value: unknown }
          | { readonly type: 'form'; readonly value: readonly (readonly [string, string])[] }
          | {
              readonly type: 'multipart';
              readonly value: readonly {
                readonly name: string;
                readonly value?: string;
                readonly base64?: string;
                readonly filename?: string;
                readonly contentType?: string;
              }[];
            }
          | { readonly type: 'raw'; readonly value: string; readonly contentType?: string }
          | { readonly type: 'base64'; readonly value: string; readonly contentType?: string };
        readonly environment?: string;
        readonly timeoutMs?: number;
        readonly params?: { readonly [name: string]: unknown };
      };
    };
    readonly answer: {
      readonly method: string;
      readonly url: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: {
        readonly encoding: 'text' | 'base64' | 'omitted';
        readonly value: string;
        readonly bytes: number;
      } | null;
      readonly region: string;
      readonly environment: string;
      readonly resource: { readonly id: string; readonly version: number };
      readonly timeoutMs: number;
      readonly maxRedirects: number;
      readonly credential: {
        readonly method: string;
        readonly grant: 'none' | 'held' | 'missing';
        readonly headers: readonly string[];
        readonly queryParams: readonly string[];
        readonly answersChallenges: boolean;
      } | null;
      readonly signed: { readonly [name: string]: string };
    };
  };
  /** Runs a query on a resource. */
  runAdHocQuery: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly headers?: { readonly 'Pontage-User'?: string };
      readonly body: {
        readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
        readonly path?: string;
        readonly urlParams?: readonly (readonly [string, string])[];
        readonly headers?: readonly (readonly [string, string])[];
        readonly body?:
          | { readonly type: 'json'; readonly value: unknown }
          | { readonly type: 'form'; readonly value: readonly (readonly [string, string])[] }
          | {
              readonly type: 'multipart';
              readonly value: readonly {
                readonly name: string;
                readonly value?: string;
                readonly base64?: string;
                readonly filename?: string;
                readonly contentType?: string;
              }[];
            }
          | { readonly type: 'raw'; readonly value: string; readonly contentType?: string }
          | { readonly type: 'base64'; readonly value: string; readonly contentType?: string };
        readonly environment?: string;
        readonly timeoutMs?: number;
        readonly params?: { readonly [name: string]: unknown };
      };
    };
    readonly answer: {
      readonly executionId: string;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: unknown;
      readonly bodyEncoding: 'json' | 'text' | 'base64';
      readonly durationMs: number;
      readonly region: string;
      readonly workerId: string;
      readonly attempts: number;
      readonly cache?: 'hit' | 'miss';
    };
  };
  /** Tests the connection of a resource, stage by stage; no content of the upstream comes back. */
  testResource: {
    readonly input: {
      readonly path: { readonly resource: string };
      readonly body: {
        readonly environment?: string;
        readonly region?: string;
        readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
        readonly path?: string;
      };
    };
    readonly answer:
      | {
          readonly ok: boolean;
          readonly region: string | null;
          readonly workerId: string | null;
          readonly stages: readonly {
            readonly name: 'resolve' | 'policy' | 'connect' | 'tls' | 'authenticate' | 'request';
            readonly ok: boolean;
            readonly ms: number;
            readonly detail: string;
            readonly remedy?: string;
          }[];
          readonly status: number | null;
          readonly notChecked: readonly string[];
        }
      | {
          readonly ok: boolean;
          readonly regions: readonly {
            readonly ok: boolean;
            readonly region: string | null;
            readonly workerId: string | null;
            readonly stages: readonly {
              readonly name: 'resolve' | 'policy' | 'connect' | 'tls' | 'authenticate' | 'request';
              readonly ok: boolean;
              readonly ms: number;
              readonly detail: string;
              readonly remedy?: string;
            }[];
            readonly status: number | null;
            readonly notChecked: readonly string[];
          }[];
        };
  };
  /** Lists the resources. */
  listResources: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: { readonly data: readonly Resource[]; readonly nextCursor: string | null };
  };
  /** Adds a resource. */
  createResource: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: {
        readonly name: string;
        readonly description?: string;
        readonly type?: 'rest';
        readonly baseUrl: string;
        readonly region?: string | null;
        readonly regionPolicy?:
          | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
          | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
        readonly urlParams?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly headers?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly body?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly cookies?: readonly (readonly [
          string,
          string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
        ])[];
        readonly cookiesToForward?: readonly string[];
        readonly forwardAllCookies?: boolean;
        readonly excludeDefaultHeaders?: boolean;
        readonly sanitizeHeaders?: boolean;
        readonly tls?: {
          readonly allowSelfSigned?: boolean;
          readonly ca?: string | null;
          readonly clientCertificate?: string | null;
          readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
        };
        readonly timeoutMs?: number;
        readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
        readonly limits?: {
          readonly concurrency?: number | null;
          readonly perSecond?: number | null;
          readonly responseBytes?: number | null;
          readonly learn?: boolean;
        };
        readonly policy?: {
          readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
          readonly paths?: readonly string[];
        };
        readonly identityHeader?: {
          readonly name: string;
          readonly claims?: readonly (
            'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
          )[];
        } | null;
        readonly rotation?: { readonly everyDays: number; readonly remindDaysBefore?: number } | null;
        readonly environments?: {
          readonly [name: string]: {
            readonly baseUrl?: string;
            readonly region?: string | null;
            readonly regionPolicy?:
              | { readonly mode: 'strict'; readonly fallback?: readonly string[]; readonly sealed?: boolean }
              | { readonly mode: 'prefer'; readonly fallback: readonly string[]; readonly sealed?: boolean };
            readonly urlParams?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly headers?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly body?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly cookies?: readonly (readonly [
              string,
              string | ({ readonly set: true; readonly fingerprint: string } | { readonly secret: string }),
            ])[];
            readonly cookiesToForward?: readonly string[];
            readonly forwardAllCookies?: boolean;
            readonly excludeDefaultHeaders?: boolean;
            readonly sanitizeHeaders?: boolean;
            readonly tls?: {
              readonly allowSelfSigned?: boolean;
              readonly ca?: string | null;
              readonly clientCertificate?: string | null;
              readonly clientKey?: (string | { readonly set: true; readonly fingerprint: string }) | null;
            };
            readonly timeoutMs?: number;
            readonly retries?: { readonly attempts?: number; readonly idempotencyKey?: string | null };
            readonly limits?: {
              readonly concurrency?: number | null;
              readonly perSecond?: number | null;
              readonly responseBytes?: number | null;
              readonly learn?: boolean;
            };
            readonly policy?: {
              readonly methods?: readonly ('GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS')[];
              readonly paths?: readonly string[];
            };
            readonly identityHeader?: {
              readonly name: string;
              readonly claims?: readonly (
                'email' | 'name' | 'groups' | 'externalIdentifier' | 'metadata' | 'environment' | 'app' | 'actor'
              )[];
            } | null;
            readonly authentication?: { readonly [name: string]: unknown };
          };
        };
        readonly authentication?: { readonly [name: string]: unknown };
      };
    };
    readonly answer: Resource;
  };
  /** Revokes an API token; every gateway refuses it before this is answered. */
  revokeToken: { readonly input: { readonly path: { readonly id: string } }; readonly answer: undefined };
  /** Lists the organisation's API tokens, never their values. */
  listTokens: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: { readonly data: readonly Token[]; readonly nextCursor: string | null };
  };
  /** Adds an API token; its value is shown once. */
  createToken: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: {
        readonly name: string;
        readonly description?: string;
        readonly scopes: readonly (
          | 'resources:read'
          | 'resources:write'
          | 'queries:run'
          | 'apps:read'
          | 'apps:write'
          | 'apps:embed'
          | 'groups:read'
          | 'groups:write'
          | 'members:read'
          | 'members:write'
          | 'config:read'
          | 'config:write'
          | 'tokens:read'
          | 'tokens:write'
          | 'sessions:read'
          | 'sessions:write'
          | 'users:act'
          | 'webhooks:read'
          | 'webhooks:write'
          | 'audit:read'
          | 'audit:write'
          | 'regions:read'
          | 'regions:write'
          | 'organisation:read'
          | 'organisation:write'
          | 'admin'
          | 'operator'
        )[];
        readonly groupIds?: readonly number[] | null;
        readonly expiresAt?: string | null;
      };
    };
    readonly answer: {
      readonly name: string;
      readonly description: string;
      readonly scopes: readonly (
        | 'resources:read'
        | 'resources:write'
        | 'queries:run'
        | 'apps:read'
        | 'apps:write'
        | 'apps:embed'
        | 'groups:read'
        | 'groups:write'
        | 'members:read'
        | 'members:write'
        | 'config:read'
        | 'config:write'
        | 'tokens:read'
        | 'tokens:write'
        | 'sessions:read'
        | 'sessions:write'
        | 'users:act'
        | 'webhooks:read'
        | 'webhooks:write'
        | 'audit:read'
        | 'audit:write'
        | 'regions:read'
        | 'regions:write'
        | 'organisation:read'
        | 'organisation:write'
        | 'admin'
        | 'operator'
      )[];
      readonly groupIds: readonly number[] | null;
      readonly expiresAt: string | null;
      readonly id: string;
      readonly createdAt: string;
      readonly createdBy: string;
      readonly memberId: string | null;
      readonly token: string;
    };
  };
  /** Sends a delivery again, at once, with the same id and body. */
  replayWebhookDelivery: {
    readonly input: { readonly path: { readonly id: string } };
    readonly answer: {
      readonly id: string;
      readonly webhookId: string;
      readonly eventId: string;
      readonly type:
        | 'grant.issued'
        | 'grant.refreshed'
        | 'grant.failing'
        | 'grant.recovered'
        | 'grant.revoked'
        | 'credential.rotation-due'
        | 'credential.rotation-failing';
      readonly state: 'pending' | 'delivered' | 'failed';
      readonly attempts: readonly {
        readonly at: string;
        readonly status: number | null;
        readonly problem: string | null;
        readonly durationMs: number;
      }[];
      readonly createdAt: string;
      readonly nextAttemptAt: string | null;
    };
  };
  /** Lists what was, is and will be delivered to a webhook, newest first, with each attempt. */
  listWebhookDeliveries: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly query?: { readonly limit?: number; readonly cursor?: string };
    };
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly webhookId: string;
        readonly eventId: string;
        readonly type:
          | 'grant.issued'
          | 'grant.refreshed'
          | 'grant.failing'
          | 'grant.recovered'
          | 'grant.revoked'
          | 'credential.rotation-due'
          | 'credential.rotation-failing';
        readonly state: 'pending' | 'delivered' | 'failed';
        readonly attempts: readonly {
          readonly at: string;
          readonly status: number | null;
          readonly problem: string | null;
          readonly durationMs: number;
        }[];
        readonly createdAt: string;
        readonly nextAttemptAt: string | null;
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Changes a webhook; its secret stays. */
  updateWebhook: {
    readonly input: {
      readonly path: { readonly id: string };
      readonly body: {
        readonly url?: string;
        readonly events?: readonly string[];
        readonly description?: string;
        readonly enabled?: boolean;
        readonly region?: string | null;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly url: string;
      readonly events: readonly string[];
      readonly description: string;
      readonly enabled: boolean;
      readonly region: string | null;
      readonly createdAt: string;
      readonly createdBy: string;
    };
  };
  /** Deletes a webhook and its deliveries. */
  deleteWebhook: { readonly input: { readonly path: { readonly id: string } }; readonly answer: undefined };
  /** Lists the organisation's webhooks, never their secrets. */
  listWebhooks: {
    readonly input: { readonly query?: { readonly limit?: number; readonly cursor?: string } };
    readonly answer: {
      readonly data: readonly {
        readonly id: string;
        readonly url: string;
        readonly events: readonly string[];
        readonly description: string;
        readonly enabled: boolean;
        readonly region: string | null;
        readonly createdAt: string;
        readonly createdBy: string;
      }[];
      readonly nextCursor: string | null;
    };
  };
  /** Adds a webhook; the secret that signs its messages is shown once. */
  createWebhook: {
    readonly input: {
      readonly headers?: { readonly 'Idempotency-Key'?: string };
      readonly body: {
        readonly url: string;
        readonly events: readonly string[];
        readonly description?: string;
        readonly enabled?: boolean;
        readonly region?: string | null;
      };
    };
    readonly answer: {
      readonly id: string;
      readonly url: string;
      readonly events: readonly string[];
      readonly description: string;
      readonly enabled: boolean;
      readonly region: string | null;
      readonly createdAt: string;
      readonly createdBy: string;
      readonly secret: string;
    };
  };
  /** Leads a person to the provider of a resource, by way of a page that says who will get what. */
  openConsent: { readonly input: { readonly path: { readonly handle: string } }; readonly answer: string };
  /** Opens an app: redeems the URL, once, and leads to the app with a session cookie. */
  openEmbedUrlGet: { readonly input: { readonly path: { readonly nonce: string } }; readonly answer: undefined };
  /** Opens an app: redeems the URL, once, and leads to the app with a session cookie. */
  openEmbedUrlPost: { readonly input: { readonly path: { readonly nonce: string } }; readonly answer: undefined };
  /** Shows the external user of the session, as the minting backend described them. */
  showCurrentUser: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly type: 'external';
      readonly id: string;
      readonly externalIdentifier: string;
      readonly email: string | null;
      readonly firstName: string | null;
      readonly lastName: string | null;
      readonly environment: string;
      readonly groups: readonly { readonly id: number }[];
      readonly metadata: { readonly [name: string]: string | boolean | number };
      readonly app: { readonly uuid: string; readonly name: string };
      readonly expiresAt: string;
    };
  };
  /** Runs a saved query of the session's app. */
  runEmbeddedQuery: {
    readonly input: {
      readonly path: { readonly name: string };
      readonly body: { readonly params?: { readonly [name: string]: unknown } };
    };
    readonly answer: {
      readonly executionId: string;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: unknown;
      readonly bodyEncoding: 'json' | 'text' | 'base64';
      readonly durationMs: number;
      readonly region: string;
      readonly workerId: string;
      readonly attempts: number;
      readonly cache?: 'hit' | 'miss';
    };
  };
  /** Begins a sign-in of the external user at the resource's provider, for a window of its own. */
  startEmbeddedSignIn: {
    readonly input: { readonly path: { readonly resource: string } };
    readonly answer: { readonly url: string };
  };
  /** Lists how the external user stands with the resources of the app that people sign in to. */
  listEmbeddedResources: {
    readonly input: Readonly<Record<never, never>>;
    readonly answer: {
      readonly data: readonly {
        readonly state: 'authorized' | 'unauthorized' | 'expired' | 'not-required';
        readonly expiresAt: string | null;
        readonly explain: string;
        readonly canSignIn: boolean;
        readonly id: string;
        readonly name: string;
      }[];
    };
  };
  /** Ends the session. */
  endEmbedSession: { readonly input: Readonly<Record<never, never>>; readonly answer: undefined };
  /** Says that the process runs. */
  showHealth: { readonly input: Readonly<Record<never, never>>; readonly answer: string };
  /** Signs a member in with his password: the answer sets the session cookie. A form is led on instead. */
  signIn: {
    readonly input: {
      readonly body: {
        readonly email: string;
        readonly password: string;
        readonly organisation?: string;
        readonly returnTo?: string;
      };
    };
    readonly answer: {
      readonly member: {
        readonly name: string;
        readonly role: 'admin' | 'member';
        readonly disabled: boolean;
        readonly id: string;
        readonly email: string;
        readonly hasPassword: boolean;
        readonly identities: readonly { readonly issuer: string; readonly subject: string }[];
        readonly groupIds: readonly number[];
        readonly version: number;
        readonly createdAt: string;
        readonly lastSignedInAt: string | null;
      };
      readonly expiresAt: string;
      readonly csrfToken: string;
    };
  };
  /** Ends the session of the cookie, everywhere and at once. A form is led to the sign-in page instead. */
  signOut: { readonly input: Readonly<Record<never, never>>; readonly answer: undefined };
  /** Shows the metrics of the process as Prometheus text. */
  showMetrics: { readonly input: Readonly<Record<never, never>>; readonly answer: string };
  /** Where providers send people back to. */
  completeConsent: { readonly input: Readonly<Record<never, never>>; readonly answer: string };
  /** Says whether the process can do its work. */
  showReadiness: { readonly input: Readonly<Record<never, never>>; readonly answer: string };
}

/** Where every operation is. */
export const operations = {
  listIdentityKeys: ['GET', '/.well-known/jwks.json'],
  mintEmbedUrl: ['POST', '/api/embed-url/external-user'],
  showOpenApi: ['GET', '/api/openapi.json'],
  runSavedQuery: ['POST', '/api/v1/apps/{uuid}/queries/{name}/run'],
  findQuery: ['GET', '/api/v1/apps/{uuid}/queries/{name}'],
  putQuery: ['PUT', '/api/v1/apps/{uuid}/queries/{name}'],
  deleteQuery: ['DELETE', '/api/v1/apps/{uuid}/queries/{name}'],
  listQueries: ['GET', '/api/v1/apps/{uuid}/queries'],
  findApp: ['GET', '/api/v1/apps/{uuid}'],
  updateApp: ['PATCH', '/api/v1/apps/{uuid}'],
  deleteApp: ['DELETE', '/api/v1/apps/{uuid}'],
  listApps: ['GET', '/api/v1/apps'],
  createApp: ['POST', '/api/v1/apps'],
  exportAuditEvents: ['GET', '/api/v1/audit-events/export'],
  findAuditEvent: ['GET', '/api/v1/audit-events/{id}'],
  listAuditEvents: ['GET', '/api/v1/audit-events'],
  listCheckpoints: ['GET', '/api/v1/audit/checkpoints'],
  verifyAudit: ['POST', '/api/v1/audit/verify'],
  listAuthMethods: ['GET', '/api/v1/auth-methods'],
  putConfig: ['PUT', '/api/v1/config/{name}'],
  deleteConfig: ['DELETE', '/api/v1/config/{name}'],
  listConfig: ['GET', '/api/v1/config'],
  revokeEmbedSession: ['DELETE', '/api/v1/embed-sessions/{id}'],
  listEmbedSessions: ['GET', '/api/v1/embed-sessions'],
  forgetGrant: ['DELETE', '/api/v1/grants/{id}'],
  listGrants: ['GET', '/api/v1/grants'],
  setGroupApp: ['PUT', '/api/v1/groups/{id}/apps/{uuid}'],
  unsetGroupApp: ['DELETE', '/api/v1/groups/{id}/apps/{uuid}'],
  setGroupMember: ['PUT', '/api/v1/groups/{id}/members/{memberId}'],
  unsetGroupMember: ['DELETE', '/api/v1/groups/{id}/members/{memberId}'],
  setGroupResource: ['PUT', '/api/v1/groups/{id}/resources/{resourceId}'],
  unsetGroupResource: ['DELETE', '/api/v1/groups/{id}/resources/{resourceId}'],
  findGroup: ['GET', '/api/v1/groups/{id}'],
  updateGroup: ['PATCH', '/api/v1/groups/{id}'],
  deleteGroup: ['DELETE', '/api/v1/groups/{id}'],
  listGroups: ['GET', '/api/v1/groups'],
  createGroup: ['POST', '/api/v1/groups'],
  rotateKeys: ['POST', '/api/v1/keys/rotate'],
  listKeys: ['GET', '/api/v1/keys'],
  findCaller: ['GET', '/api/v1/me'],
  findMember: ['GET', '/api/v1/members/{id}'],
  updateMember: ['PATCH', '/api/v1/members/{id}'],
  deleteMember: ['DELETE', '/api/v1/members/{id}'],
  listMembers: ['GET', '/api/v1/members'],
  createMember: ['POST', '/api/v1/members'],
  findOrganisation: ['GET', '/api/v1/organisation'],
  updateOrganisation: ['PATCH', '/api/v1/organisation'],
  listOrganisations: ['GET', '/api/v1/organisations'],
  createOrganisation: ['POST', '/api/v1/organisations'],
  listOutboundAddresses: ['GET', '/api/v1/outbound-addresses'],
  drainWorker: ['POST', '/api/v1/regions/{id}/workers/{workerId}/drain'],
  updateRegion: ['PATCH', '/api/v1/regions/{id}'],
  listRegions: ['GET', '/api/v1/regions'],
  applyResources: ['POST', '/api/v1/resources/apply'],
  planResources: ['POST', '/api/v1/resources/plan'],
  testUnsavedResource: ['POST', '/api/v1/resources/test'],
  rotateCredential: ['POST', '/api/v1/resources/{id}/auth/rotate'],
  rollBackResource: ['POST', '/api/v1/resources/{id}/rollback'],
  diffResourceVersion: ['GET', '/api/v1/resources/{id}/versions/{version}/diff'],
  listResourceVersions: ['GET', '/api/v1/resources/{id}/versions'],
  findResource: ['GET', '/api/v1/resources/{id}'],
  updateResource: ['PATCH', '/api/v1/resources/{id}'],
  deleteResource: ['DELETE', '/api/v1/resources/{id}'],
  startSignIn: ['POST', '/api/v1/resources/{resource}/auth/start'],
  listSignInEvents: ['GET', '/api/v1/resources/{resource}/auth/timeline'],
  checkSignIn: ['GET', '/api/v1/resources/{resource}/auth'],
  endSignIn: ['DELETE', '/api/v1/resources/{resource}/auth'],
  previewQuery: ['POST', '/api/v1/resources/{resource}/preview'],
  runAdHocQuery: ['POST', '/api/v1/resources/{resource}/query'],
  testResource: ['POST', '/api/v1/resources/{resource}/test'],
  listResources: ['GET', '/api/v1/resources'],
  createResource: ['POST', '/api/v1/resources'],
  revokeToken: ['DELETE', '/api/v1/tokens/{id}'],
  listTokens: ['GET', '/api/v1/tokens'],
  createToken: ['POST', '/api/v1/tokens'],
  replayWebhookDelivery: ['POST', '/api/v1/webhooks/deliveries/{id}/replay'],
  listWebhookDeliveries: ['GET', '/api/v1/webhooks/{id}/deliveries'],
  updateWebhook: ['PATCH', '/api/v1/webhooks/{id}'],
  deleteWebhook: ['DELETE', '/api/v1/webhooks/{id}'],
  listWebhooks: ['GET', '/api/v1/webhooks'],
  createWebhook: ['POST', '/api/v1/webhooks'],
  openConsent: ['GET', '/auth/consent/{handle}'],
  openEmbedUrlGet: ['GET', '/embed/{nonce}'],
  openEmbedUrlPost: ['POST', '/embed/{nonce}'],
  showCurrentUser: ['GET', '/embedded/api/me'],
  runEmbeddedQuery: ['POST', '/embedded/api/queries/{name}/run'],
  startEmbeddedSignIn: ['POST', '/embedded/api/resources/{resource}/auth/start'],
  listEmbeddedResources: ['GET', '/embedded/api/resources'],
  endEmbedSession: ['DELETE', '/embedded/api/session'],
  showHealth: ['GET', '/healthz'],
  signIn: ['POST', '/login'],
  signOut: ['POST', '/logout'],
  showMetrics: ['GET', '/metrics'],
  completeConsent: ['GET', '/oauth/callback'],
  showReadiness: ['GET', '/readyz'],
} as const satisfies Record<keyof Operations, readonly [method: string, path: string]>;
