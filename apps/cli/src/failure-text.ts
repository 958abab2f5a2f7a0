import { PontageProblem } from '@pontage/client';

const remedies: Readonly<Record<string, string>> = {
  unauthenticated: 'Put an API token that is good for this gateway into PONTAGE_TOKEN.',
};

/** What a person should know about a failure, and what helps where that is known. */
export function failureText(error: unknown): string {
  if (!(error instanceof PontageProblem)) return (error as Error).message;
  const remedy = remedies[error.code];
  return `${error.code}: ${error.message}${remedy === undefined ? '' : `\n${remedy}`}`;
}
