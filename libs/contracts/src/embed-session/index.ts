export {
  embedSession,
  embedUrlDraft,
  listEmbedSessions,
  mintEmbedUrl,
  peekEmbedUrl,
  redeemEmbedUrl,
  revokeEmbedSession,
  type EmbedSession,
} from './embed.js';
