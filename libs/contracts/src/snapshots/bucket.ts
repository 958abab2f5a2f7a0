import type { z } from 'zod';
import type { Service } from '../services.js';

/**
 * A KV bucket that its owner writes from its outbox and that others watch, so that a warm request needs neither SQL
 * nor the control plane. Every value carries a version; a deleted thing stays as a tombstone until it is purged.
 */
export interface Bucket<V extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly owner: Service;
  readonly watchers: readonly Service[];
  readonly value: V;
}

/** Declares a bucket. */
export function bucket<V extends z.ZodType>(fixed: Bucket<V>): Bucket<V> {
  return fixed;
}

export type ValueOf<B extends Bucket> = z.output<B['value']>;

/** A change of one key: a value, or a tombstone that ends it. */
export interface SnapshotEntry<V> {
  readonly version: number;
  /** Null: it is gone. */
  readonly value: V | null;
}

/** The key that watchers themselves write to prove that their watch lives. */
export const tickKey = 'tick';
