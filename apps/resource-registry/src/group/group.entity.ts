import type { Access, Group } from '@pontage/contracts/resource-registry';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

@Entity('access_group')
export class GroupRow {
  @PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) id!: number;
  @Column('uuid') org!: string;
  @Column('text') name!: string;
  @Column('text', { name: 'all_apps' }) allApps!: Group['allApps'];
  @Column('text', { name: 'all_resources' }) allResources!: Group['allResources'];
  @Column('integer') version!: number;
}

@Entity('group_app')
export class GroupAppRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('integer', { name: 'group_id' }) groupId!: number;
  @PrimaryColumn('uuid') app!: string;
  @Column('text') access!: Access;
}

@Entity('group_resource')
export class GroupResourceRow {
  @PrimaryColumn('uuid') org!: string;
  @PrimaryColumn('integer', { name: 'group_id' }) groupId!: number;
  @PrimaryColumn('uuid', { name: 'resource_id' }) resource!: string;
  @Column('text') access!: Access;
  @Column('text', { array: true, nullable: true }) environments!: string[] | null;
}
