# Two stages: the first bundles the sources into dist/, the second is Node without a shell, and that bundle.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
# The locked packages first: this layer stays the same while only sources change.
COPY package.json package-lock.json ./
# Behind a proxy with a certificate authority of its own: --secret id=ca,src=/path/to/ca.crt
RUN --mount=type=secret,id=ca,target=/run/build-ca.crt \
    if [ -e /run/build-ca.crt ]; then export NODE_EXTRA_CA_CERTS=/run/build-ca.crt npm_config_cafile=/run/build-ca.crt; fi; \
    npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json LICENSE ./
COPY scripts ./scripts
COPY src ./src
# esbuild and Node come as binaries inside their packages, so nothing here needs an install script.
RUN node scripts/build.ts

FROM ${RUNTIME_IMAGE}
ARG RUNTIME_IMAGE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="hookgate" \
      org.opencontainers.image.description="Verifying reverse proxy for webhooks on Kubernetes: only authentic, non-duplicate events reach the application." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${RUNTIME_IMAGE}"
COPY --from=build /src/dist /app
# A sidecar is paid for in every pod (docs/performance.md).
ENV NODE_ENV=production MALLOC_ARENA_MAX=1
USER 65532:65532
EXPOSE 8080 9090
# No shell and no init: Node itself gets SIGTERM. SIGUSR1 opens no inspector, from the first moment on.
ENTRYPOINT ["/nodejs/bin/node", "--disable-sigusr1", "--max-semi-space-size=2", "/app/hookgate.js"]
CMD ["serve", "--config", "/etc/hookgate/hookgate.yaml"]
