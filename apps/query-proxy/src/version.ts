/** The software's version, in `User-Agent` and presence. */
export const productVersion = '0.1.0';
