import { groupsOf, type Principal } from '@pontage/contracts';
import type { embedUrlDraft } from '@pontage/contracts/embed-session';
import type { FieldError } from '@pontage/problems';
import type { z } from 'zod';
import { reaches, type App, type Group, type Organisation } from '../directory/directory.js';
import { readMetadata } from './metadata.js';

export type EmbedUrlDraft = z.output<typeof embedUrlDraft>;

/** What an embed URL, and then its session, may do: fixed when it is minted. */
export interface EmbedGrant {
  readonly app: string;
  readonly externalIdentifier: string;
  readonly userInfo: EmbedUrlDraft['userInfo'];
  readonly metadataJson: string;
  readonly groupIds: readonly number[];
  readonly environment: string;
  readonly allowedOrigins: readonly string[];
}

/** What a draft is held against. */
export interface Surroundings {
  readonly organisation: Organisation;
  readonly app: App | undefined;
  /** In the order of the draft's `groupIds`. */
  readonly groups: readonly (Group | undefined)[];
}

const defaultEnvironment = 'production';

/** What a draft grants, and everything that is wrong with it, pointed at as the public body names it. */
export function judge(draft: EmbedUrlDraft, surroundings: Surroundings): { grant: EmbedGrant; errors: FieldError[] } {
  const { organisation, groups, app } = surroundings;
  const { environment = defaultEnvironment, allowedOrigins = organisation.embed.allowedOrigins } = draft;
  const metadata = readMetadata(draft.metadataJson);
  const unknownGroups = groups.flatMap((group, index) =>
    group === undefined ? [{ pointer: `/groupIds/${index}`, detail: 'There is no such group.' }] : [],
  );
  const errors = [
    ...unknownGroups,
    // One sentence for an app that is not there and one that these groups may not use: a caller learns no more than that.
    ...when(
      unknownGroups.length === 0 && (app === undefined || !reaches(groups, app.uuid)),
      '/landingPageUuid',
      'None of these groups may use such an app.',
    ),
    ...textFaults('/externalIdentifier', draft.externalIdentifier),
    ...Object.entries(draft.userInfo).flatMap(([name, text]) => textFaults(`/userInfo/${name}`, text)),
    ...metadata.errors,
    ...when(
      !organisation.environments.includes(environment),
      '/environment',
      'The organisation has no such environment.',
    ),
    ...releaseFaults(draft),
    ...allowedOrigins.flatMap((origin, index) =>
      when(
        !organisation.embed.allowedOrigins.includes(origin),
        `/allowedOrigins/${index}`,
        'This is none of the organisation’s allowed origins.',
      ),
    ),
  ];
  const { externalIdentifier, userInfo } = draft;
  const groupIds = [...new Set(draft.groupIds)];
  return {
    grant: {
      app: draft.landingPageUuid,
      externalIdentifier,
      userInfo,
      metadataJson: metadata.text,
      groupIds,
      environment,
      allowedOrigins: [...new Set(allowedOrigins)],
    },
    errors,
  };
}

/** The groups that a caller may not mint for: a token that is restricted to groups mints for these only. */
export function foreignGroups(principal: Principal, groupIds: readonly number[]): FieldError[] {
  const own = groupsOf(principal);
  if (own === null) return [];
  return groupIds.flatMap((id, index) =>
    when(!own.includes(id), `/groupIds/${index}`, 'This token does not mint for such a group.'),
  );
}

function releaseFaults({ branch, releaseVersion }: EmbedUrlDraft): FieldError[] {
  if (branch !== undefined && releaseVersion !== undefined)
    return when(true, '/branch', 'A branch and a release version exclude each other.');
  return [
    ...when(branch !== undefined, '/branch', 'There is no such branch.'),
    ...when(
      releaseVersion !== undefined && releaseVersion !== 'latest',
      '/releaseVersion',
      'There is no such release.',
    ),
  ];
}

/** Two texts that the database would keep as one must not name one user. */
const textFaults = (pointer: string, text: string | undefined): FieldError[] =>
  when(
    text !== undefined && (text.includes('\0') || /\p{Surrogate}/u.test(text)),
    pointer,
    'A text holds no NUL and no half of a surrogate pair.',
  );

const when = (condition: boolean, pointer: string, detail: string): FieldError[] =>
  condition ? [{ pointer, detail }] : [];
