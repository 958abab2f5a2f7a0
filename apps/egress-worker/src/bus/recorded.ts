import { refusalIn, type Bus } from '@pontage/bus';
import { subjectOf } from '@pontage/contracts';
import { recordedSubject } from '@pontage/contracts/egress-worker';

/** Somebody who acts on an intent. */
export interface Acting {
  /** The record has its intent. */
  recorded(): void;
  /** The record does not take its intent. */
  unrecorded(why: string): void;
}

/** A batch of intents: what the stream has said of it, or who waits for that. */
interface Batch {
  answer: { readonly refusal: string | undefined } | undefined;
  readonly waiting: Acting[];
}

/** How long is remembered, at least, what the stream has said, or that somebody waits for it. */
const rememberedMs = 5_000;

/** What the stream says of intents to this worker. It may say so before the dispatch has come that is about it, or after. */
export class Recorded {
  private recent = new Map<string, Batch>();
  private older = new Map<string, Batch>();
  private readonly timer: NodeJS.Timeout;

  constructor({ connection, identity }: Pick<Bus, 'connection' | 'identity'>) {
    const { region = '', instance: worker } = identity;
    connection.subscribe(subjectOf(recordedSubject.replace('{batch}', '*'), { region, worker }), {
      callback: (error, message) => {
        const { subject } = message;
        if (error === null) this.hear(subject.slice(subject.lastIndexOf('.') + 1), refusalIn(message));
      },
    });
    this.timer = setInterval(() => this.forget(), rememberedMs).unref();
  }

  /** Tells it whether the record has the intents of this batch, now or as soon as that is known. */
  tell(batch: string, acting: Acting): void {
    const { answer, waiting } = this.batch(batch);
    if (answer === undefined) waiting.push(acting);
    else say(acting, answer.refusal);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private hear(id: string, refusal: string | undefined): void {
    const batch = this.batch(id);
    batch.answer = { refusal };
    for (const acting of batch.waiting.splice(0)) say(acting, refusal);
  }

  private batch(id: string): Batch {
    const known = this.recent.get(id) ?? this.older.get(id);
    if (known !== undefined) return known;
    const batch: Batch = { answer: undefined, waiting: [] };
    this.recent.set(id, batch);
    return batch;
  }

  /** Nothing is taken out by itself: tables that churn are kept by V8 until its next full collection. */
  private forget(): void {
    this.older = this.recent;
    this.recent = new Map();
  }
}

function say(acting: Acting, refusal: string | undefined): void {
  if (refusal === undefined) acting.recorded();
  else acting.unrecorded(refusal);
}
