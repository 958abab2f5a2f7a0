/** The software's version, in presence. */
export const version = '0.1.0';
