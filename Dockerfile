# Two images: `rosterline` (every command) and `objects` (an S3-compatible store with Object Lock, for docker-compose.yml).

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Nothing that is installed may run a script: the one that is needed, the build, is called by name.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY workflows ./workflows
COPY activities ./activities
# Temporal's package brings the binaries of every platform: those of others are a fifth of the image.
RUN npm run build && npm prune --omit=dev --ignore-scripts && rm -f dist/.tsbuildinfo \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-linux-gnu' -exec rm -r {} +

FROM node:20.20.2-bookworm-slim AS rosterline
ENV NODE_ENV=production ROSTERLINE_DATA=/data
WORKDIR /app
# The image's own user `node` (1000) owns the data and nothing of the program. A named volume on /data takes owner and mode from here.
RUN install -d -o node -g node -m 0700 /data /data/spool
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
COPY bin ./bin
USER node
VOLUME /data
STOPSIGNAL SIGTERM
# No HEALTHCHECK: the image runs workers and commands that end. docker-compose.yml has the worker's.
ENTRYPOINT ["bin/rosterline"]
CMD ["worker"]

FROM versity/versitygw:v1.8.0 AS objects
RUN install -d -o 1000 -g 1000 -m 0700 /data /data/buckets /data/versions
USER 1000:1000
VOLUME /data
