import { z } from 'zod';
import { endpoint, isTemplated, textField } from '../fields.js';
import { awsRegions } from './aws-regions.js';
import { stsOf } from './aws-service.js';

/** One label of a host name, which is what regions and services are made of; both go into the signature's scope. */
const label = {
  holds: (text: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text),
  message: 'Lower-case letters, digits and hyphens.',
};
const keyId = {
  holds: (text: string): boolean => /^\w{4,128}$/.test(text),
  message: 'An access key ID is letters, digits and underscores.',
};
/** The IAM API: RoleArn, ExternalId. */
const roleArn = {
  holds: (text: string): boolean => /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(text),
  message: 'The ARN of a role looks like arn:aws:iam::123456789012:role/name.',
};
const externalId = {
  holds: (text: string): boolean => /^[\w+=,.@:/-]{2,1224}$/.test(text),
  message: 'An external id is 2 to 1224 letters, digits and characters of + = , . @ : / - _.',
};
const printable = {
  holds: (text: string): boolean => /^[\u0021-\u007e]+$/.test(text),
  message: 'Printable ASCII without spaces.',
};

/** The readable fields of an AWS credential. */
export const settings = z
  .strictObject({
    region: textField(64, label).meta({
      title: 'Region',
      description: 'Any that the service signs for; those of AWS are offered.',
      options: awsRegions,
    }),
    service: textField(64, label).optional().meta({
      title: 'Service',
      description:
        'The name that the service signs under. Without it: what the host says when it ends in amazonaws.com, otherwise execute-api.',
    }),
    accessKeyId: textField(200, keyId).meta({ title: 'Access key ID' }),
    roleArn: textField(2048, roleArn).optional().meta({ title: 'Role to assume (ARN)' }),
    externalId: textField(1224, externalId)
      .optional()
      .meta({ title: 'External ID', description: 'As the trust policy of the role asks for it.' }),
    stsEndpoint: textField(2000, endpoint).optional().meta({
      title: 'STS endpoint',
      description: 'Where the role is assumed; the STS of the region without it.',
    }),
  })
  .superRefine(({ region, roleArn: role, externalId: id, stsEndpoint }, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (role === undefined && id !== undefined) fault('externalId', 'It goes with a role to assume.');
    if (role === undefined && stsEndpoint !== undefined) fault('stsEndpoint', 'It goes with a role to assume.');
    if (role !== undefined && stsEndpoint === undefined && !isTemplated(region) && stsOf(region) === undefined)
      fault('stsEndpoint', 'The region is none of AWS, so the STS has to be named.');
  });

/** The sealed fields of an AWS credential. */
export const secrets = z.strictObject({
  secretAccessKey: textField(512, printable).meta({ title: 'Secret access key' }),
  sessionToken: textField(8192, printable)
    .optional()
    .meta({ title: 'Session token', description: 'Of temporary keys; they are used until they expire.' }),
});
