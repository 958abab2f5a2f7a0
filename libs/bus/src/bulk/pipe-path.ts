import { join } from 'node:path';

/** Where a process listens for bulk from workers on its machine. */
export const pipePath = (directory: string, instance: string): string => join(directory, `${instance}.sock`);
