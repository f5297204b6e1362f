//! Every open clause, where it stands and which readings it permits.

use std::sync::LazyLock;

use crate::server::operation::Operation::{
    self, BatchCreateOrDeleteTags as BAT, CreateKmsTag as KMT, CreateSecretEvent as EVT, CreateSecretTag as CST,
    DeleteSecretTag as DEL, UpdateSecretEvent as UPD,
};

/// One open clause with the readings it permits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingSet {
    /// The full clause id.
    pub clause: &'static str,
    /// The permitted readings; the first is the default.
    pub readings: &'static [&'static str],
}

/// Every open clause of every documented operation, in the order of the table.
pub fn catalogue() -> &'static [ReadingSet] {
    static SETS: LazyLock<Vec<ReadingSet>> = LazyLock::new(|| sets(TABLE));
    &SETS
}

/// The same of their neighbours.
pub fn neighbours() -> &'static [ReadingSet] {
    static SETS: LazyLock<Vec<ReadingSet>> = LazyLock::new(|| sets(NEIGHBOURS));
    &SETS
}

type Row = (&'static [Operation], &'static str, &'static [&'static str]);

fn sets(table: &'static [Row]) -> Vec<ReadingSet> {
    let at = |(operations, suffix, readings): &Row| {
        let sets = operations.iter().map(|operation| {
            let clause: &str = format!("{}.{suffix}", operation.id()).leak();
            ReadingSet { clause, readings }
        });
        sets.collect::<Vec<_>>()
    };
    table.iter().flat_map(at).collect()
}

const ALL: &[Operation] = &[CST, BAT, KMT, EVT];
const TAGS: &[Operation] = &[CST, BAT, KMT];
const SECRET_TAGS: &[Operation] = &[CST, BAT];
const SEQUENCED: &[Operation] = &[BAT, KMT];

const REFUSED: &[&str] = &["refused", "accepted"];
const ACCEPTED: &[&str] = &["accepted", "refused"];
const IGNORED: &[&str] = &["ignored", "refused"];
const NOT_FOUND: &[&str] = &["404", "400"];
const UNAUTHENTICATED: &[&str] = &["401", "403", "400"];
const UNITS: &[&str] = &["code-points", "utf-16"];
const ENVELOPES: &[&str] = &["wrapped", "gateway"];
const TIME_UNITS: &[&str] = &["milliseconds", "seconds"];
const DISPOSALS: &[&str] = &["deleted", "ignored", "refused"];

const BOTH: &[Operation] = &[DEL, UPD];

#[rustfmt::skip]
const NEIGHBOURS: &[Row] = &[
    (&[DEL], "absent-tag", &["refused", "ignored"]),
    (&[DEL], "unknown-id", NOT_FOUND),
    (&[DEL], "malformed-id", NOT_FOUND),
    (&[DEL], "foreign-id", &["404", "400", "403"]),
    (BOTH, "path.encoding", &["decoded", "literal"]),
    (BOTH, "token.missing", UNAUTHENTICATED),
    (BOTH, "token.empty", UNAUTHENTICATED),
    (BOTH, "token.wrong", UNAUTHENTICATED),
    (BOTH, "token.foreign", &["403", "401", "404", "400"]),
    (BOTH, "token.missing.envelope", ENVELOPES),
    (BOTH, "token.wrong.envelope", ENVELOPES),
    (BOTH, "token.read-only", &["403", "401"]),
    (BOTH, "unknown-project", &["403", "404", "400", "401"]),
    (&[UPD], "unknown-name", NOT_FOUND),
    (&[UPD], "nothing", ACCEPTED),
    (&[UPD], "event_types.rotated-failed", REFUSED),
    (&[UPD], "notification.target_type.other", ACCEPTED),
    (&[UPD], "notification.target_id.pattern", &["free", "pattern"]),
    (&[UPD], "notification.target_name.pattern", &["free", "pattern"]),
    (&[UPD], "response.create_time.unit", TIME_UNITS),
    (&[UPD], "response.update_time.unit", TIME_UNITS),
    (&[UPD], "content-type.other", IGNORED),
    (&[UPD], "content-type.missing", IGNORED),
    (&[UPD], "byte-order-mark", REFUSED),
    (&[UPD], "duplicate-member", &["refused", "last", "first"]),
    (&[UPD], "unknown-field.body", IGNORED),
    (&[UPD], "unknown-field.notification", IGNORED),
];

#[rustfmt::skip]
const TABLE: &[Row] = &[
    (SECRET_TAGS, "key.reserved-prefix", &["literal", "sdk"]),
    (SECRET_TAGS, "key.whitespace", &["unicode", "ascii"]),
    (SECRET_TAGS, "key.character-unit", UNITS),
    (SECRET_TAGS, "value.character-unit", UNITS),
    (SECRET_TAGS, "existing-key", &["overwrite", "refuse"]),
    (&[KMT], "existing-key", &["refuse", "overwrite"]),
    (SECRET_TAGS, "existing-pair", &["accept", "refuse"]),
    (&[KMT], "existing-pair", &["refuse", "accept"]),
    (ALL, "duplicate-status", &["400", "409"]),
    (TAGS, "value.omitted", &["empty", "null", "absent"]),
    (TAGS, "value.null", REFUSED),
    (TAGS, "limit-status", &["400", "403", "409"]),
    (ALL, "path.encoding", &["decoded", "literal"]),
    (TAGS, "unknown-id", NOT_FOUND),
    (TAGS, "malformed-id", NOT_FOUND),
    (TAGS, "foreign-id", &["404", "400", "403"]),
    (&[BAT], "create.repeated-key", &["refused", "last-wins", "first-wins"]),
    (&[BAT], "delete.absent-tag", IGNORED),
    (&[BAT], "delete.other-value", DISPOSALS),
    (&[BAT], "delete.value-omitted", DISPOSALS),
    (&[BAT], "create.empty-batch", REFUSED),
    (&[BAT], "delete.empty-batch", REFUSED),
    (&[BAT], "delete.more-than-20", REFUSED),
    (SEQUENCED, "sequence.length", &["exactly-36", "at-most-36", "any"]),
    (SEQUENCED, "sequence.format", &["any", "uuid"]),
    (SEQUENCED, "sequence.null", REFUSED),
    (&[KMT], "key.blank", &["empty", "whitespace"]),
    (&[KMT], "tag.absent", REFUSED),
    (&[KMT], "tag.null", REFUSED),
    (&[KMT], "key.absent", REFUSED),
    (&[KMT], "key.null", REFUSED),
    (&[KMT], "tag-limit", &["10", "20", "none"]),
    (&[KMT], "success.body", &["none", "empty-object"]),
    (&[EVT], "repeated-name", REFUSED),
    (&[EVT], "quota", &["none", "30"]),
    (&[EVT], "event_types.rotated-failed", REFUSED),
    (&[EVT], "notification.target_type.other", ACCEPTED),
    (&[EVT], "notification.target_id.pattern", &["free", "pattern"]),
    (&[EVT], "notification.target_name.pattern", &["free", "pattern"]),
    (&[EVT], "response.create_time.unit", TIME_UNITS),
    (&[EVT], "response.update_time.unit", TIME_UNITS),
    (ALL, "token.missing", UNAUTHENTICATED),
    (ALL, "token.empty", UNAUTHENTICATED),
    (ALL, "token.wrong", UNAUTHENTICATED),
    (ALL, "token.foreign", &["403", "401", "404", "400"]),
    (ALL, "token.missing.envelope", ENVELOPES),
    (ALL, "token.wrong.envelope", ENVELOPES),
    (ALL, "token.read-only", &["403", "401"]),
    (ALL, "unknown-project", &["403", "404", "400", "401"]),
    (ALL, "content-type.other", IGNORED),
    (ALL, "content-type.missing", IGNORED),
    (ALL, "byte-order-mark", REFUSED),
    (ALL, "duplicate-member", &["refused", "last", "first"]),
    (ALL, "unknown-field.body", IGNORED),
    (TAGS, "unknown-field.tag", IGNORED),
    (&[EVT], "unknown-field.notification", IGNORED),
];
