# One image for every program of Latchkey. Without a configuration it is the made-up tenant:
#
#   docker build -t latchkey .
#   docker run --rm -p 127.0.0.1:3000:3000 -p 127.0.0.1:4000:4000 -p 127.0.0.1:8443:8443 latchkey
#
# docs/install.md says how to run it for a tenant. Give both images by digest where a build must be repeatable.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
# glibc, libstdc++, time zones and root certificates: no shell, no package manager.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE_IMAGE} AS build
WORKDIR /latchkey
COPY package.json package-lock.json .npmrc ./
COPY cli/node/package.json cli/node/
# No package runs a script of its own.
RUN npm ci --omit=dev --ignore-scripts
COPY . .
RUN node cli/run.js cli/build.ts && \
    rm -rf .next/cache .next/diagnostics .next/trace .next/trace-build .next/types node_modules

# What the running programs load. Left out is what only the build reads, since it is in the bundles: styles,
# icons, components, compilers, and what npm calls optional, which are binaries for the build and a Node.
FROM ${NODE_IMAGE} AS packages
WORKDIR /latchkey
COPY package.json package-lock.json .npmrc ./
RUN npm pkg delete devDependencies dependencies.@azure/msal-browser dependencies.@base-ui/react \
      dependencies.@fontsource-variable/inter dependencies.@fontsource-variable/jetbrains-mono \
      dependencies.@tailwindcss/postcss dependencies.@types/node dependencies.@types/react \
      dependencies.latchkey-node dependencies.lean-qr dependencies.lucide-react \
      dependencies.tailwindcss dependencies.typescript && \
    npm install --omit=optional --ignore-scripts && \
    npm sbom --sbom-format=cyclonedx --sbom-type=application --omit=optional >sbom.cdx.json && \
    find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete && \
    rm -rf node_modules/next/dist/esm node_modules/next/dist/docs

# A volume that is mounted there begins with their owner and mode: for this account alone.
FROM ${NODE_IMAGE} AS folders
RUN mkdir /folders && mkdir -m 700 /folders/data /folders/responders && chown 65532:65532 /folders/*

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Latchkey" \
      org.opencontainers.image.description="Self-service certificates for Microsoft Entra ID and Intune" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /latchkey
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=build /latchkey ./
COPY --from=packages /latchkey/node_modules ./node_modules
COPY --from=packages /latchkey/sbom.cdx.json ./
COPY --from=folders /folders /
# The sandbox never runs beside a tenant, so its address may be fixed here.
ENV NODE_OPTIONS=--disable-warning=ExperimentalWarning \
    NEXT_TELEMETRY_DISABLED=1 \
    LATCHKEY_DATA=/data \
    LATCHKEY_HOST=0.0.0.0 \
    SANDBOX_HOST=0.0.0.0
# By number, so that Kubernetes can see that it is not root.
USER 65532:65532
VOLUME /data
EXPOSE 3000 4000 8080 8443
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
  CMD ["/usr/local/bin/node", "deploy/health.js"]
ENTRYPOINT ["/usr/local/bin/node"]
# Others: `cli/start.ts authority --role issue`, `cli/start.ts portal`, `cli/migrate.ts`, `cli/init-ca.ts …`.
CMD ["cli/start.ts"]
