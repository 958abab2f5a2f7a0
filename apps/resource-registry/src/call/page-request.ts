/** Which part of a list. */
export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
