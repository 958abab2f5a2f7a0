import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A secret value of a configuration variable. It never changes: another value is another row. */
@Entity('config_value')
export class ConfigValueRow {
  @PrimaryColumn('text') environment!: string;
  @PrimaryColumn('text') name!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('uuid') org!: string;
  @Column('integer') version!: number;
  @Column('bytea') sealed!: Buffer;
}
