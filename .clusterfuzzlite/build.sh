#!/bin/bash -eu
# Builds every target into $OUT, each with its seeds, its regressions and its dictionary, as ClusterFuzzLite and
# OSS-Fuzz expect them. Their base image sets $SRC, $OUT and $SANITIZER, and its cargo is a nightly one; elsewhere set
# them and RUSTUP_TOOLCHAIN=nightly:
#
#   SRC=$(dirname "$PWD") OUT=$(mktemp -d) SANITIZER=none RUSTUP_TOOLCHAIN=nightly .clusterfuzzlite/build.sh
cd "$(dirname "$0")"
[ -d ../fuzz ] && cd .. || cd "$SRC/dewspec"

# The base image passes its flags for C in RUSTFLAGS as well; cargo-fuzz adds its own.
cargo fuzz build --sanitizer "${SANITIZER:-address}"
built=fuzz/target/$(rustc -vV | sed -n 's/^host: //p')/release

# Target and dictionary: the list of fuzz/src/list.rs; a test compares the two.
while read -r target dictionary; do
  cp "$built/$target" "$OUT/"
  cp "fuzz/dictionaries/$dictionary" "$OUT/$target.dict"
  inputs=("fuzz/corpus/$target"/*)
  [ ! -d "fuzz/regressions/$target" ] || inputs+=("fuzz/regressions/$target"/*)
  rm -f "$OUT/${target}_seed_corpus.zip"
  python3 -m zipfile -c "$OUT/${target}_seed_corpus.zip" "${inputs[@]}"
  printf '[libfuzzer]\nmax_len = 4096\ntimeout = 25\n' >"$OUT/$target.options"
done <<'TARGETS'
server_request http.dict
validator_difference text.dict
operation_sequence decisions.dict
response_oracle http.dict
suite_load suite.dict
generator decisions.dict
TARGETS
