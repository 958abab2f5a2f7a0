export { mountEmbed, type Embed, type EmbedOptions } from './mount-embed.js';
