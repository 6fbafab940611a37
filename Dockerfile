# scripts/check-dockerfile.sh runs the RUN steps of the stage "build" on a copy
# of the tree, since there is no container engine where tests run.

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The Go tool takes the version from .git, which is therefore sent along.
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/sixtouch ./cmd/sixtouch
# Made here because the last stage has no shell: what it holds belongs to the
# user that runs the server.
RUN mkdir -p data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /src/LICENSE /LICENSE
COPY --from=build /src/bin/sixtouch /sixtouch
COPY --from=build --chown=65532:65532 /src/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
ENV SIXTOUCH_DB_DSN=sqlite:/data/sixtouch.db
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["/sixtouch", "health"]
ENTRYPOINT ["/sixtouch"]
CMD ["serve"]
