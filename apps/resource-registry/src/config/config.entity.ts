import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A deleted variable stays as a row, so that its versions go on when it comes back. */
@Entity('config_variable')
export class ConfigRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('text') name!: string;
  @PrimaryColumn('text') environment!: string;
  @Column('text') value!: string;
  /** The broker's name for the value of a secret variable, which has no text here. */
  @Column('uuid', { name: 'value_id', nullable: true }) valueId!: string | null;
  @Column('text', { nullable: true }) fingerprint!: string | null;
  @Column('boolean') deleted!: boolean;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
