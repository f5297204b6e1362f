# dewspec, mostly as a reference server to develop and test against: see docs/reference-server.md.
#
#   docker build -t dewspec .
#   docker run --rm -p 8080:8080 dewspec

FROM rust:1-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin dewspec && strip target/release/dewspec

FROM debian:bookworm-slim
# For `--state` and `--tls-ca`: what this user may write, and what a volume can be mounted over.
RUN useradd --uid 10001 --user-group --home-dir /data --create-home dewspec
COPY --from=build /src/target/release/dewspec /usr/local/bin/dewspec
USER dewspec
WORKDIR /data
EXPOSE 8080
ENTRYPOINT ["dewspec"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
