import type { AnswerSink, Ending, UpstreamHead } from '../answer/answer-sink.js';

/** Writes down what is said to it. */
export class RecordingSink implements AnswerSink {
  readonly spokeAt = 0;
  readonly said: string[] = [];
  readonly bodies: Uint8Array[] = [];
  readonly endings: Ending[] = [];

  seal(): void {
    this.said.push('seal');
  }

  accepted(): void {
    this.said.push('accepted');
  }

  pull(): void {
    this.said.push('pull');
  }

  kept(): void {
    this.said.push('kept');
  }

  head(_: UpstreamHead, body: Uint8Array): void {
    this.said.push(`head ${body.length}`);
    this.bodies.push(body);
  }

  chunk(sequence: number, body: Uint8Array): void {
    this.said.push(`chunk ${sequence} ${body.length}`);
    this.bodies.push(body);
  }

  whole(ending: Ending, _: UpstreamHead, body: Uint8Array): void {
    this.endings.push(ending);
    this.bodies.push(body);
  }

  end(ending: Ending): void {
    this.endings.push(ending);
  }

  problem(ending: Ending): void {
    this.endings.push(ending);
  }

  unrecorded(ending: Ending): void {
    this.endings.push(ending);
  }

  nothing(ending: Ending): void {
    this.endings.push(ending);
  }

  busy(): void {
    this.said.push('busy');
  }
}
