import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A deleted variable stays as a row, so that its versions go on when it comes back. */
@Entity('config_variable')
export class ConfigRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('text') name!: string;
  @PrimaryColumn('text') environment!: string;
  @Column('text') value!: string;
  @Column('boolean') deleted!: boolean;
  @Column('integer') version!: number;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
}
