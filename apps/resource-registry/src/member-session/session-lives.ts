import type { SessionLife } from './member-session.js';

/** How long this installation's sessions last. */
export class SessionLives implements SessionLife {
  constructor(
    readonly idleMs: number,
    readonly absoluteMs: number,
  ) {}
}
