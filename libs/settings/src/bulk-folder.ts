import { isAbsolute } from 'node:path';
import { z } from 'zod';

/** What the name of a socket adds to its folder: `/`, the 22 letters of an instance, `.sock`. */
const nameBytes = 28;
/** What every kernel takes as the path of a socket (macOS; Linux: 107). @see unix(7), sun_path */
const mostBytes = 103;

/** True when sockets can be in this folder. */
export const fitsSockets = (path: string): boolean => Buffer.byteLength(path) + nameBytes <= mostBytes;

/** The folder in which gateways listen for bulk from workers of the same machine; absent: the bus carries it. */
export const bulkFolder = z
  .string()
  .refine(isAbsolute, 'an absolute path is needed')
  .refine(fitsSockets, `a path of at most ${mostBytes - nameBytes} bytes is needed: sockets are made in it`)
  .optional();
