import { randomUUID } from 'node:crypto';
import type { Service } from '@pontage/contracts';
import { eventActions, type AuditDraft, type EventAction } from '@pontage/contracts/events';
import { thisProcess, type Exposure } from '@pontage/telemetry';

const action: EventAction = 'credential.exposed';
/** One place that says a secret again and again becomes an event a minute, with the number of times. */
const everyMs = 60_000;
/** So many events a minute come from one process at most, whatever the places are called. */
const mostEvents = 60;

/** True for services that have secrets in their memory, and so may say that they found one. */
export const mayFindSecrets = (service: Service): boolean =>
  (eventActions[service] as readonly EventAction[]).includes(action);

/** Puts into the record that a process was about to say a secret. The event names the place, never the secret. */
export class ExposureEvents {
  private readonly times = new Map<string, number>();
  private startedAt = 0;
  private written = 0;

  constructor(
    private readonly service: Service,
    private readonly publish: (draft: AuditDraft) => Promise<void>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Never throws: what was said has been masked, and is counted by the process's metrics, in any case. */
  record({ owner, foundIn, field }: Exposure): void {
    // What a process logs in with is no organisation's, and there is no record to write it into.
    if (owner === thisProcess) return;
    this.startMinute();
    const place = `${owner} ${foundIn} ${field}`;
    const before = this.times.get(place);
    if (before === undefined && this.times.size >= mostEvents) return;
    this.times.set(place, (before ?? 0) + 1);
    if (before === undefined) this.write(owner, foundIn, field, 1);
  }

  /** At the end of a minute, what came after the first time of each place is told in one event. */
  private startMinute(): void {
    const now = this.now();
    if (now - this.startedAt < everyMs && this.startedAt > 0) return;
    const counted = [...this.times];
    this.times.clear();
    this.startedAt = now;
    this.written = 0;
    for (const [place, times] of counted) {
      const [owner = '', foundIn = '', ...field] = place.split(' ');
      if (times > 1) this.write(owner, foundIn, field.join(' '), times - 1);
    }
  }

  private write(org: string, foundIn: string, field: string, times: number): void {
    if (this.written >= 2 * mostEvents) return;
    this.written += 1;
    const { service } = this;
    const draft: AuditDraft = {
      id: randomUUID(),
      at: new Date().toISOString(),
      org,
      action,
      outcome: 'failure',
      actor: { type: 'service', id: service, display: service },
      data: { service, foundIn, field: field.slice(0, 200), times },
    };
    // A log line about it could be found to hold a secret, too, and so on.
    this.publish(draft).catch(() => undefined);
  }
}
