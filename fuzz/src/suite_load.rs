use std::sync::{Arc, LazyLock};

use arbitrary::Unstructured;
use dewspec::cli::Config;
use dewspec::plan::lint_coverage;
use dewspec::suite::{DataError, DataFile, DataSource, Suite};

/// What the configuration is called in errors.
const CONFIG: &str = "dewspec.toml";
/// A suite with one of everything: the real one takes too long to parse for every input.
macro_rules! small {
    ($($path:literal),* $(,)?) => {
        vec![$(DataFile { path: $path.to_owned(), text: include_str!(concat!("small/", $path)).to_owned() }),*]
    };
}

/// Loads a suite; another one can be put in its place to see that this target notices.
pub(super) type Load = fn(&DataSource) -> Result<Suite, Vec<DataError>>;

/// A small suite with arbitrary text in the place of one file, or of a part of it; or a configuration of arbitrary text.
/// The first line names the file, with a `+` before it where only a part is replaced. Either every mistake is told with its file and line, or it loads, prints, and loads again as itself.
///
/// # Errors
/// What is wrong with a mistake as told, or how the data came back changed.
pub fn suite_load(data: &[u8]) -> Result<(), String> {
    check(Suite::load, data)
}

pub(super) fn check(load: Load, data: &[u8]) -> Result<(), String> {
    let original = original();
    let end = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let (name, rest) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    // A name with this mark: only a part of the file is replaced.
    let (name, splices) = name.strip_prefix(b"+").map_or((name, false), |name| (name, true));
    if name == CONFIG.as_bytes() {
        return configuration(&String::from_utf8_lossy(rest));
    }
    let mut source = original.clone();
    let Some(place) = place(&source, name) else { return Err("there are no files".to_owned()) };
    let Some(file) = source.suites.iter_mut().chain(&mut source.fixtures).nth(place) else { return Ok(()) };
    file.text = if splices { spliced(&file.text, rest) } else { String::from_utf8_lossy(rest).into_owned() };
    let changed = file.clone();
    match load(&source) {
        Err(errors) if errors.is_empty() => Err("it does not load, and nobody says why".to_owned()),
        Err(errors) => errors.iter().try_for_each(|error| clean(&source, error)),
        Ok(suite) => loaded(load, &suite).map_err(|e| format!("{e}\n{}:\n{}", changed.path, changed.text)),
    }
}

/// The place of the file of that name. Any other name stands for some file, so that no input is wasted.
fn place(source: &DataSource, name: &[u8]) -> Option<usize> {
    let named = source.suites.iter().chain(&source.fixtures).position(|file| file.path.as_bytes() == name);
    let files = source.suites.len() + source.fixtures.len();
    let sum = name.iter().fold(0usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
    named.or_else(|| sum.checked_rem(files))
}

/// The small suite that inputs change.
fn original() -> &'static DataSource {
    static ORIGINAL: LazyLock<DataSource> = LazyLock::new(|| DataSource {
        suites: small![
            "suites/README.md",
            "suites/csms/create-tag/cases.toml",
            "suites/csms/create-tag/clauses.toml",
            "suites/csms/create-tag/operation.toml",
            "suites/documents.toml",
            "suites/observers/observers.toml",
            "suites/regressions/found.toml",
            "suites/shapes/member.toml",
        ],
        fixtures: small![
            "fixtures/csms/create_tag.request.json",
            "fixtures/csms/create_tag.response.400.json",
            "fixtures/index.toml",
        ],
        ..DataSource::default()
    });
    &ORIGINAL
}

/// The text with a part of it replaced; where, and how much, is decided first.
fn spliced(text: &str, data: &[u8]) -> String {
    let mut u = Unstructured::new(data);
    let mut bytes = text.as_bytes().to_vec();
    let at = u.int_in_range(0..=bytes.len()).unwrap_or(0);
    let gone = usize::from(u.arbitrary::<u8>().unwrap_or(0)).min(bytes.len() - at);
    bytes.splice(at..at + gone, u.take_rest().iter().copied()).for_each(drop);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a mistake is told as mistakes are: with a file that is there, a line that it has, and words on one line.
fn clean(source: &DataSource, error: &DataError) -> Result<(), String> {
    let file = source.suites.iter().chain(&source.fixtures).find(|file| file.path == error.origin.file);
    let Some(file) = file else { return Err(format!("an error in a file that is not there: {error}")) };
    let lines = file.text.lines().count().max(1);
    // The end of a text is behind its last line where that ends with a line break.
    if error.origin.line > lines + 1 {
        return Err(format!("an error beyond the {lines} lines of its file: {error}"));
    }
    if error.message.trim().is_empty() {
        return Err(format!("an error without words: {error}"));
    }
    Ok(())
}

fn loaded(load: Load, suite: &Suite) -> Result<(), String> {
    // Whatever it finds, it finds without panicking.
    let found = lint_coverage(suite);
    let printed = suite.print()?;
    let again = load(&printed).map_err(|errors| {
        let errors = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        format!("it loads, but not as it prints: {errors}\n{}", text_of(&printed))
    })?;
    if format!("{:?}", placeless(suite)) != format!("{:?}", placeless(&again)) {
        return Err(format!("it loads otherwise than it prints\n{}", text_of(&printed)));
    }
    if lint_coverage(&again).len() != found.len() {
        return Err("its coverage is linted otherwise once it is printed".to_owned());
    }
    Ok(())
}

fn text_of(source: &DataSource) -> String {
    let text = |file: &DataFile| format!("--- {}\n{}", file.path, file.text);
    source.suites.iter().map(text).collect()
}

/// The suite without the places where its parts stand and without the hash of its files, which printing changes.
fn placeless(suite: &Suite) -> Suite {
    let mut suite = Suite { fingerprint: String::new(), ..suite.clone() };
    for op in &mut suite.operations {
        let op = Arc::make_mut(op);
        op.clauses.iter_mut().for_each(|clause| clause.origin = Default::default());
        op.cases.iter_mut().for_each(|case| case.origin = Default::default());
    }
    suite.fixtures.iter_mut().for_each(|fixture| fixture.origin = Default::default());
    suite
}

fn configuration(text: &str) -> Result<(), String> {
    let config = match Config::parse(CONFIG, text) {
        Ok(config) => config,
        Err(error) => {
            let file = DataFile { path: CONFIG.to_owned(), text: text.to_owned() };
            return clean(&DataSource { suites: vec![file], ..DataSource::default() }, &error);
        }
    };
    let printed = toml::to_string(&config).map_err(|e| format!("a configuration that cannot be printed: {e}"))?;
    let again = Config::parse(CONFIG, &printed).map_err(|e| format!("it does not load as printed: {e}\n{printed}"))?;
    if format!("{config:?}") != format!("{again:?}") {
        return Err(format!("it loads otherwise than it prints: {again:?}\n{printed}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_suite_loads() {
        let suite = Suite::load(original()).expect("a suite");
        assert_eq!((suite.operations.len(), suite.observers.len(), suite.fixtures.len()), (1, 2, 2));
    }
}
