export { readSettings } from './read-settings.js';
export { busSettings } from './bus-settings.js';
export { bulkFolder, fitsSockets } from './bulk-folder.js';
