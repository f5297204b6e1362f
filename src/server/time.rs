//! Moments, as the services count and write them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

const FORMAT: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]000Z");

/// A moment, counted from 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Milliseconds(pub(crate) u64);

impl Milliseconds {
    pub(crate) fn now() -> Self {
        Self::of(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    /// So much later than now.
    pub(crate) fn after(time: Duration) -> Self {
        Self(Self::now().0.saturating_add(Self::of(time).0))
    }

    /// Without what is less than a second, as secrets and keys have it.
    pub(crate) fn whole_seconds(self) -> Self {
        Self(self.0 / 1000 * 1000)
    }

    fn of(time: Duration) -> Self {
        Self(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }
}

/// As IAM writes it, such as `2026-12-01T01:02:03.456000Z`.
impl fmt::Display for Milliseconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000);
        let text = time.ok().and_then(|time| time.format(FORMAT).ok());
        formatter.write_str(text.as_deref().unwrap_or("a time beyond the calendar"))
    }
}
