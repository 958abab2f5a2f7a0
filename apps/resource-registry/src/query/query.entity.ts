import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A deleted query stays as a row without a resource, so that its versions go on when it comes back. */
@Entity('saved_query')
export class QueryRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('uuid') app!: string;
  @PrimaryColumn('text') name!: string;
  @Column('uuid', { name: 'resource_id', nullable: true }) resource!: string | null;
  /** A `QueryRequest`; TypeORM's types do not take JSON that goes deep. */
  @Column('json') request!: object;
  /** `QueryParams`. */
  @Column('json') params!: object;
  /** `Retries`. */
  @Column('json', { nullable: true }) retries!: object | null;
  /** `QueryCache`. */
  @Column('json', { nullable: true }) cache!: object | null;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
