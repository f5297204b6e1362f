//! Lists in pages, ordered by name.

use std::collections::BTreeMap;
use std::ops::Bound;

use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::http::{Failure, Reason};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 1000;

/// Which part of a list is asked for.
#[derive(Debug)]
pub(crate) struct Page {
    limit: usize,
    marker: Option<String>,
}

/// Where the part shown stands in the list.
#[derive(Debug, Serialize)]
pub(crate) struct PageInfo<'a> {
    next_marker: Option<&'a String>,
    previous_marker: Option<&'a String>,
    current_count: usize,
}

impl Page {
    /// Reads `limit` and `marker` from a query.
    pub(crate) fn of(query: &str) -> Result<Self, Failure> {
        let limit = parameter(query, "limit").map_or(Ok(DEFAULT_LIMIT), |limit| {
            let limit = limit.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
            limit.ok_or_else(|| {
                Failure::invalid(Reason::Parameter, format!("limit: must be a number from 1 to {MAX_LIMIT}"))
            })
        })?;
        Ok(Self { limit, marker: parameter(query, "marker").filter(|marker| !marker.is_empty()) })
    }

    /// The entries after the marker that pass a test, as many as the limit allows.
    pub(crate) fn of_map<'a, T>(
        &self,
        all: &'a BTreeMap<String, T>,
        test: impl Fn(&T) -> bool,
    ) -> (Vec<&'a T>, PageInfo<'a>) {
        let after = self.marker.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
        let mut rest = all.range::<str, _>((after, Bound::Unbounded)).filter(|(_, entry)| test(entry));
        let shown: Vec<_> = rest.by_ref().take(self.limit).collect();
        let more = rest.next().is_some();
        let info = PageInfo {
            next_marker: shown.last().filter(|_| more).map(|(name, _)| *name),
            previous_marker: shown.first().filter(|_| self.marker.is_some()).map(|(name, _)| *name),
            current_count: shown.len(),
        };
        (shown.into_iter().map(|(_, entry)| entry).collect(), info)
    }
}

/// The last value of a parameter of a query.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.rfind(|(given, _)| *given == name)?;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}
