use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;

/// Where the value of an option was given; a later one beats an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Layer {
    /// `dewspec.toml`, or what `--config` names.
    File,
    /// A variable of the vendor's SDKs, of Terraform providers or of OpenStack.
    Vendor,
    /// A variable `DEWSPEC_…`.
    Environment,
    /// The command line.
    Flag,
}

/// A value and where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given<T> {
    pub(super) layer: Layer,
    pub(super) value: T,
}

/// Which options were given as flags and which by the environment, by the names of their fields.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources(BTreeMap<String, Layer>);

/// What an empty variable counts as not given for: CI systems set variables that have no value.
pub(super) trait Blank {
    /// Whether nothing is in it.
    fn is_blank(&self) -> bool;
}

impl Blank for String {
    fn is_blank(&self) -> bool {
        self.is_empty()
    }
}

impl Blank for PathBuf {
    fn is_blank(&self) -> bool {
        self.as_os_str().is_empty()
    }
}

impl Blank for Vec<String> {
    fn is_blank(&self) -> bool {
        self.iter().all(String::is_empty)
    }
}

impl Blank for f64 {
    fn is_blank(&self) -> bool {
        false
    }
}

impl Sources {
    /// Reads them off what was parsed for one subcommand.
    pub(super) fn of(matches: &ArgMatches) -> Self {
        let layer = |id: &str| match matches.value_source(id)? {
            ValueSource::CommandLine => Some(Layer::Flag),
            ValueSource::EnvVariable => Some(Layer::Environment),
            _ => None,
        };
        let ids = matches.ids().map(clap::Id::as_str);
        Sources(ids.filter_map(|id| Some((id.to_owned(), layer(id)?))).collect())
    }

    /// The value of one option: the flag's or the variable's, or else the file's. What was not parsed but put in by the
    /// program counts as a flag.
    pub(super) fn pick<T: Blank>(&self, name: &str, parsed: Option<T>, file: Option<T>) -> Option<Given<T>> {
        let layer = self.0.get(name).copied().unwrap_or(Layer::Flag);
        let parsed = parsed.filter(|value| layer == Layer::Flag || !value.is_blank());
        let parsed = parsed.map(|value| Given { layer, value });
        parsed.or_else(|| file.map(|value| Given { layer: Layer::File, value }))
    }

    /// The same for an option that has no value: `true` as a flag, anything by the environment or the file.
    pub(super) fn switch(&self, name: &str, parsed: bool, file: Option<bool>) -> bool {
        if self.0.contains_key(name) || parsed { parsed } else { file.unwrap_or_default() }
    }

    /// Where an option was given, if it was.
    pub(super) fn layer(&self, name: &str) -> Option<Layer> {
        self.0.get(name).copied()
    }
}

#[cfg(test)]
impl Sources {
    /// Options as if they had been given at these layers.
    pub(super) fn at(named: &[(&str, Layer)]) -> Self {
        Sources(named.iter().map(|(name, layer)| ((*name).to_owned(), *layer)).collect())
    }
}

impl<T> Given<T> {
    /// The specific one of two options, unless the general one was given at a higher layer.
    pub(super) fn or_general(specific: Option<Self>, general: Option<Self>) -> Option<Self> {
        match (specific, general) {
            (Some(specific), Some(general)) if specific.layer < general.layer => Some(general),
            (Some(specific), _) => Some(specific),
            (None, general) => general,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flag_beats_environment_beats_file() {
        let text = |value: &str| Some(value.to_owned());
        let given = |layer: Option<Layer>, parsed: Option<String>, file: Option<String>| {
            Sources::at(&layer.map(|layer| ("x", layer)).into_iter().collect::<Vec<_>>())
                .pick("x", parsed, file)
                .map(|given| (given.layer, given.value))
        };
        assert_eq!(given(Some(Layer::Flag), text("a"), text("b")), Some((Layer::Flag, "a".to_owned())));
        assert_eq!(given(Some(Layer::Environment), text("a"), text("b")), Some((Layer::Environment, "a".to_owned())));
        assert_eq!(given(None, None, text("b")), Some((Layer::File, "b".to_owned())));
        assert_eq!(given(None, None, None), None);
        assert_eq!(given(Some(Layer::Environment), text(""), text("b")), Some((Layer::File, "b".to_owned())));
        assert_eq!(given(Some(Layer::Flag), text(""), text("b")), Some((Layer::Flag, String::new())));
    }

    #[test]
    fn the_specific_one_wins_at_the_same_or_a_higher_layer() {
        use Layer::{Environment, File, Flag, Vendor};
        let layers = [None, Some(File), Some(Vendor), Some(Environment), Some(Flag)];
        for specific in layers {
            for general in layers {
                let given = |layer: Option<Layer>, value| layer.map(|layer| Given { layer, value });
                let won = Given::or_general(given(specific, "specific"), given(general, "general"));
                let expected = match (specific, general) {
                    (None, None) => None,
                    (Some(_), None) => Some("specific"),
                    (None, Some(_)) => Some("general"),
                    (Some(s), Some(g)) => Some(if s >= g { "specific" } else { "general" }),
                };
                assert_eq!(won.map(|given| given.value), expected, "{specific:?} {general:?}");
            }
        }
    }

    #[test]
    fn a_switch_can_be_turned_off_by_the_environment() {
        let by_environment = Sources::at(&[("strict", Layer::Environment)]);
        assert!(!by_environment.switch("strict", false, Some(true)));
        assert!(Sources::default().switch("strict", false, Some(true)));
        assert!(Sources::at(&[("strict", Layer::Flag)]).switch("strict", true, Some(false)));
        assert!(!Sources::default().switch("strict", false, None));
    }
}
