# One image runs every process of Tributary: the command selects which (see k8s/base).
FROM node:20-bookworm-slim AS build
WORKDIR /tributary
COPY . .
RUN npm install --no-save && npx turbo run build && npm prune --omit=dev

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /tributary
COPY --from=build --chown=root:root /tributary ./
USER node
CMD ["node", "gateway/dist/main.js"]
