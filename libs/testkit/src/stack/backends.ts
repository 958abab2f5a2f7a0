/** PostgreSQL and NATS for one test file; nobody else uses them. */
export interface TestBackends {
  /** `stop` leaves the server down until it is restarted. */
  readonly nats: { readonly url: string; readonly operatorUrl: string; stop(): Promise<void> };
  readonly postgres: {
    readonly superuserUrl: string;
    readonly ownerUrl: string;
    roleUrl(role: string): string;
    stop(): Promise<void>;
  };
  /** Kills the server as `kill -9` does, and starts it again at the same address with the same data. */
  restartNats(): Promise<void>;
  restartPostgres(): Promise<void>;
  /** Kills the server and leaves it down until the matching restart. */
  killNats(): Promise<void>;
  killPostgres(): Promise<void>;
  stop(): Promise<void>;
}

/** What both kinds of backends are started with. */
export interface BackendOptions {
  readonly regions: readonly string[];
  /** Of the NATS users and of the database roles. */
  readonly passwords: {
    readonly nats: Readonly<Record<string, string>>;
    readonly postgres: Readonly<Record<string, string>>;
  };
}
