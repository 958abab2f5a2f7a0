import { busUser, busUsers, type BusUser } from '@pontage/contracts/permissions';

/** The regions of a Pontage that nobody told others. */
export const standardRegions = ['us-west-2', 'eu-central-1'] as const;

/** The user that may do everything: for operators and the wiretap of tests, never for a service. */
export const natsOperator = 'operator';

/** The names of all users that a server for these regions knows. */
export const natsUserNames = (regions: readonly string[]): string[] => [
  ...busUsers(regions).map(({ name }) => name),
  natsOperator,
];

/** The environment variable from which nats-server takes a user's password. */
export const natsPasswordVariable = (user: string): string =>
  `PONTAGE_NATS_PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;

/**
 * The `authorization` block of nats-server: each user with just its subjects, passwords taken from the environment.
 * `deploy/nats/users.conf` is this text, and the embedded server reads the same.
 */
export function natsUsersConfig(regions: readonly string[]): string {
  return authorization([...busUsers(regions), { name: natsOperator, publish: ['>'], subscribe: ['>'] }]);
}

/** The same for the server of one region far away, which only its workers connect to. */
export function natsLeafUsersConfig(region: string): string {
  const own = busUser('egress-worker', region);
  return authorization(busUsers([region]).filter(({ name }) => name === own));
}

const authorization = (users: readonly BusUser[]): string =>
  `authorization {\n  users: [\n${users.map(userBlock).join('\n')}\n  ]\n}\n`;

const userBlock = ({ name, publish, subscribe }: BusUser): string => `    {
      user: "${name}"
      password: $${natsPasswordVariable(name)}
      permissions: {
        publish: { allow: ${subjectList(publish)} }
        subscribe: { allow: ${subjectList(subscribe)} }
      }
    }`;

const subjectList = (subjects: readonly string[]): string =>
  `[\n${subjects.map((subject) => `          ${JSON.stringify(subject)}`).join('\n')}\n        ]`;
