use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use same_file::Handle;

use super::Place;
use super::entry::{At, Header, Left, Line, Recorded, parse};
use crate::ledger::word;
use crate::model::ResourceKind;

/// A file is written anew once it is so long, in bytes, and mostly about what is gone.
const LONG: u64 = 1 << 20;

/// The journal of a living run. Locked as long as it is held.
#[derive(Debug, Default)]
pub struct Journal {
    open: Mutex<Option<Open>>,
    /// What earlier runs had left, of a run that is not at work any more.
    recorded: Left,
}

#[derive(Debug)]
struct Open {
    header: Header,
    path: PathBuf,
    file: File,
    bytes: u64,
    left: Left,
    /// Why it could not be written.
    failed: Option<String>,
}

impl Journal {
    /// None, of a run that found this left by earlier ones.
    pub fn recorded(left: Left) -> Self {
        Journal { recorded: left, ..Journal::default() }
    }

    /// Begins the journal of a run, and takes over what earlier runs have left on the resources that this one holds: `is_held`
    /// says which those are.
    ///
    /// # Errors
    /// If the file cannot be written, or another process holds it.
    pub fn begin(place: &Place, header: Header, is_held: impl Fn(ResourceKind, &str) -> bool) -> Result<Self, String> {
        let mut path = place.of_run(&header.run_id);
        if let Ok(real) = path.canonicalize() {
            // What a link leads to stays where it is.
            path = real;
        }
        let at = |error: std::io::Error| format!("{}: {error}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(at)?;
        }
        let mut file = open(&path).map_err(at)?.ok_or_else(|| format!("{}: a living run has it", path.display()))?;
        let text = text_of(&mut file).map_err(at)?;
        let mut left = Left::default();
        if !text.is_empty() {
            let (before, known) = parse(&text).map_err(|why| format!("{}: {why}", path.display()))?;
            if !before.is_same_target(&header) && !known.is_empty() {
                let path = path.display();
                return Err(format!(
                    "{path}: it tells what is left on another target; `dewspec clean --journal {path}`"
                ));
            }
            left = known;
        }
        let open = Open { header, path, file, bytes: 0, left, failed: None };
        let journal = Journal { open: Mutex::new(Some(open)), ..Journal::default() };
        journal.take_over(place, is_held, false)?;
        Ok(journal)
    }

    /// Takes over what earlier runs have left where this one works, and, if so asked, what they have made for themselves.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take_over(
        &self,
        place: &Place,
        is_held: impl Fn(ResourceKind, &str) -> bool,
        with_made: bool,
    ) -> Result<(), String> {
        let mut open = self.open();
        let Some(open) = open.as_mut() else { return Ok(()) };
        let mut others: Vec<Abandoned> = match place {
            Place::Folder(_) => Abandoned::all(place).into_iter().flatten().collect(),
            Place::File(_) => Vec::new(),
        };
        others.retain(|other| other.header.is_same_target(&open.header));
        let taken: Vec<Vec<Line>> = others.iter().map(|other| other.lines_about(&is_held, with_made)).collect();
        taken.iter().flatten().for_each(|line| open.left.apply(line.clone()));
        open.write_anew();
        // Not before it stands here.
        for (mut other, lines) in others.into_iter().zip(taken).filter(|_| open.failed.is_none()) {
            for line in lines {
                match line {
                    Line::Sent { at, .. } => other.cleaned(at.kind, &at.id),
                    Line::Make { kind, name } | Line::Made { kind, name, .. } => other.removed(kind, &name),
                    Line::Gone { .. } | Line::Clean { .. } | Line::Removed { .. } => {}
                }
            }
            other.end();
        }
        open.failed.take().map_or(Ok(()), Err)
    }

    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These items are about to be stored.
    ///
    /// # Errors
    /// Why that could not be noted: then they must not be sent.
    pub fn sent<'i>(
        &self,
        kind: ResourceKind,
        id: &str,
        items: impl Iterator<Item = &'i (String, String)>,
    ) -> Result<(), String> {
        let mut open = self.open();
        let Some(open) = open.as_mut() else { return Ok(()) };
        let items: Vec<_> = items.map(|(key, value)| (key.clone(), Recorded::of(value))).collect();
        if !items.is_empty() {
            open.append(Line::Sent { at: At { kind, id: id.to_owned() }, items });
        }
        open.failed.clone().map_or(Ok(()), Err)
    }

    /// This item is not there: it was deleted, or never stored.
    pub fn gone(&self, kind: ResourceKind, id: &str, key: &str) {
        let mut open = self.open();
        let Some(open) = open.as_mut() else { return };
        let line = Line::Gone { at: At { kind, id: id.to_owned() }, key: key.to_owned() };
        // What nobody else can have need not be told to be gone: whoever reads this looks whether it is there.
        if word(key).is_some() {
            open.left.apply(line)
        } else {
            open.append(line)
        }
        open.shorten();
    }

    /// Nothing of ours is on this resource any more.
    pub fn clean(&self, kind: ResourceKind, id: &str) {
        let mut open = self.open();
        let Some(open) = open.as_mut() else { return };
        open.append(Line::Clean { at: At { kind, id: id.to_owned() } });
        open.shorten();
    }

    /// A secret or key of this name is about to be made.
    ///
    /// # Errors
    /// Why that could not be noted: then it must not be made.
    pub fn make(&self, kind: ResourceKind, name: &str) -> Result<(), String> {
        self.note(Line::Make { kind, name: name.to_owned() })
    }

    /// It was made, and has this id.
    ///
    /// # Errors
    /// Why that could not be noted.
    pub fn made(&self, kind: ResourceKind, name: &str, id: &str) -> Result<(), String> {
        self.note(Line::Made { kind, name: name.to_owned(), id: id.to_owned() })
    }

    /// It is gone, or will be by itself, and with it what was on it.
    pub fn removed(&self, kind: ResourceKind, name: &str) {
        // If that cannot be written, it is looked at once more another time, which does no harm.
        let _ = self.note(Line::Removed { kind, name: name.to_owned() });
    }

    fn note(&self, line: Line) -> Result<(), String> {
        let mut open = self.open();
        let Some(open) = open.as_mut() else { return Ok(()) };
        open.append(line);
        open.failed.clone().map_or(Ok(()), Err)
    }

    /// Where it is, while it is held.
    pub fn path(&self) -> Option<PathBuf> {
        self.open().as_ref().map(|open| open.path.clone())
    }

    /// What may be left, of earlier runs or of this one.
    pub fn left(&self) -> Left {
        self.open().as_ref().map_or_else(|| self.recorded.clone(), |open| open.left.clone())
    }

    /// Ends it: the file is removed if nothing is left. Returns its path otherwise, and why it could not be written if so.
    pub fn end(&self) -> (Option<PathBuf>, Option<String>) {
        let Some(mut open) = self.open().take() else { return (None, None) };
        open.write_anew();
        if open.left.is_empty() {
            // Where it cannot be removed, it says that nothing is left.
            let _ = std::fs::remove_file(&open.path);
            return (None, open.failed);
        }
        (Some(open.path), open.failed)
    }
}

impl Open {
    fn append(&mut self, line: Line) {
        let mut text = serde_json::to_string(&line).unwrap_or_default();
        text.push('\n');
        self.left.apply(line);
        self.bytes += text.len() as u64;
        // One call for a line, so that a kill does not tear two of them apart.
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            self.failed.get_or_insert(format!("{}: {error}", self.path.display()));
        }
    }

    fn shorten(&mut self) {
        if self.bytes > LONG {
            self.write_anew();
        }
    }

    fn write_anew(&mut self) {
        let first = serde_json::to_string(&self.header).unwrap_or_default();
        let lines = self.left.lines().map(|line| serde_json::to_string(&line).unwrap_or_default());
        let text: String = std::iter::once(first).chain(lines).map(|line| format!("{line}\n")).collect();
        match replace(&self.path, &text) {
            Ok(file) => (self.file, self.bytes) = (file, text.len() as u64),
            Err(error) => drop(self.failed.get_or_insert(format!("{}: {error}", self.path.display()))),
        }
    }
}

/// The journal of a run that is over and has left something, or of one that was killed. Locked as long as it is held.
#[derive(Debug)]
pub struct Abandoned {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is.
    pub header: Header,
    /// What may be left.
    pub left: Left,
    file: File,
}

impl Abandoned {
    /// All of them that no living run holds; or why one could not be read.
    pub fn all(place: &Place) -> Vec<Result<Self, String>> {
        place.all().into_iter().filter_map(|path| Self::read(path).transpose()).collect()
    }

    fn read(path: PathBuf) -> Result<Option<Self>, String> {
        let at = |error: std::io::Error| format!("{}: {error}", path.display());
        let Some(mut file) = open(&path).map_err(at)? else { return Ok(None) };
        let text = text_of(&mut file).map_err(at)?;
        if text.is_empty() {
            return Ok(None);
        }
        let (header, left) = parse(&text).map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(Some(Abandoned { path, header, left, file }))
    }

    /// What is left on some resources, and, if so asked, what was made.
    fn lines_about(&self, is_held: impl Fn(ResourceKind, &str) -> bool, with_made: bool) -> Vec<Line> {
        let about = |line: &Line| match line {
            Line::Sent { at, .. } => is_held(at.kind, &at.id),
            Line::Make { .. } | Line::Made { .. } => with_made,
            Line::Gone { .. } | Line::Clean { .. } | Line::Removed { .. } => false,
        };
        self.left.lines().filter(about).collect()
    }

    /// Nothing is left on this resource any more.
    pub fn cleaned(&mut self, kind: ResourceKind, id: &str) {
        self.append(Line::Clean { at: At { kind, id: id.to_owned() } });
    }

    /// What was made under this name is gone, or will be by itself.
    pub fn removed(&mut self, kind: ResourceKind, name: &str) {
        self.append(Line::Removed { kind, name: name.to_owned() });
    }

    fn append(&mut self, line: Line) {
        let text = serde_json::to_string(&line).unwrap_or_default();
        self.left.apply(line);
        // If that cannot be written, it is looked at once more another time, which does no harm.
        let _ = self.file.seek(std::io::SeekFrom::End(0)).and_then(|_| writeln!(self.file, "{text}"));
    }

    /// Removes the file if nothing is left.
    pub fn end(self) {
        if self.left.is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// No journal is longer, in bytes.
const LONGEST: u64 = 64 << 20;

fn text_of(file: &mut File) -> std::io::Result<String> {
    let mut text = String::new();
    file.take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// Opens a file and locks it; `None` if another process has it.
fn open(path: &Path) -> std::io::Result<Option<File>> {
    if std::fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return Err(std::io::Error::other("it is no file that could be a journal"));
    }
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        // Whoever had it may have put another one in its place meanwhile.
        Ok(()) if Handle::from_path(path)? == Handle::from_file(file.try_clone()?)? => Ok(Some(file)),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Puts a locked file with this text in the place of another, at once: a kill leaves the one or the other.
fn replace(path: &Path, text: &str) -> std::io::Result<File> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".dewspec-").tempfile_in(folder)?;
    new.as_file().lock()?;
    new.write_all(text.as_bytes())?;
    Ok(new.persist(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: ResourceKind = ResourceKind::Secret;

    fn header(project: &str) -> Header {
        Header::new("run", Some("http://host"), None, project)
    }

    fn begin(place: &Place, project: &str) -> Journal {
        Journal::begin(place, header(project), |_, _| true).unwrap_or_else(|why| unreachable!("{why}"))
    }

    fn item(key: &str) -> (String, String) {
        (key.to_owned(), "v".to_owned())
    }

    fn abandoned(place: &Place) -> Vec<Abandoned> {
        Abandoned::all(place).into_iter().map(|read| read.unwrap_or_else(|why| unreachable!("{why}"))).collect()
    }

    #[test]
    fn what_was_sent_is_on_disk_at_once_and_a_clean_end_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap_or_else(|e| unreachable!("{e}"));
        let place = Place::Folder(dir.path().join("state"));
        let journal = begin(&place, "p");
        assert_eq!(journal.sent(KIND, "s", [item("dewspec-0011aabb"), item("DEV")].iter()), Ok(()));
        assert!(abandoned(&place).is_empty(), "a living run has it");
        let path = place.all().pop().unwrap_or_default();
        let (_, left) =
            parse(&std::fs::read_to_string(&path).unwrap_or_default()).unwrap_or_else(|e| unreachable!("{e}"));
        assert_eq!(left.on(KIND, "s").map(|items| items.keys().count()), Some(2));
        journal.gone(KIND, "s", "DEV");
        journal.gone(KIND, "s", "dewspec-0011aabb");
        assert_eq!(journal.end(), (None, None));
        assert!(place.all().is_empty());
    }

    #[test]
    fn what_a_killed_run_left_is_taken_over_by_the_next_on_the_same_resources() {
        let dir = tempfile::tempdir().unwrap_or_else(|e| unreachable!("{e}"));
        let place = Place::Folder(dir.path().to_owned());
        for (run, project) in [("killed", "p"), ("other", "q")] {
            let header = Header::new(run, Some("http://host"), None, project);
            let journal = Journal::begin(&place, header, |_, _| true).unwrap_or_else(|why| unreachable!("{why}"));
            assert_eq!(journal.sent(KIND, "s", [item("dewspec-0011aabb")].iter()), Ok(()));
            assert_eq!(journal.sent(KIND, "t", [item("dewspec-44556677")].iter()), Ok(()));
            drop(journal);
        }
        assert_eq!(abandoned(&place).len(), 2);
        let next = Journal::begin(&place, header("p"), |_, id| id == "s").unwrap_or_else(|why| unreachable!("{why}"));
        assert_eq!(next.left().resources().map(|(_, id, _)| id).collect::<Vec<_>>(), ["s"]);
        let rest: Vec<usize> = abandoned(&place).iter().map(|other| other.left.resources().count()).collect();
        assert_eq!(rest, [1, 2], "what it does not hold stays where it is");
        next.clean(KIND, "s");
        assert_eq!(next.end(), (None, None));
    }

    #[test]
    fn one_file_serves_one_run_after_the_other_and_one_target() {
        let dir = tempfile::tempdir().unwrap_or_else(|e| unreachable!("{e}"));
        let place = Place::File(dir.path().join("ci.journal"));
        let journal = begin(&place, "p");
        assert!(Journal::begin(&place, header("p"), |_, _| true).is_err_and(|why| why.contains("living run")));
        assert_eq!(journal.sent(KIND, "s", [item("DEV")].iter()), Ok(()));
        assert_eq!(journal.end().0, Some(dir.path().join("ci.journal")));
        drop(journal);
        assert!(Journal::begin(&place, header("q"), |_, _| true).is_err_and(|why| why.contains("another target")));
        assert_eq!(begin(&place, "p").left().resources().count(), 1);
    }

    #[test]
    fn a_long_journal_about_nothing_is_shortened() {
        let dir = tempfile::tempdir().unwrap_or_else(|e| unreachable!("{e}"));
        let place = Place::Folder(dir.path().to_owned());
        let journal = begin(&place, "p");
        for number in 0..40_000 {
            let key = format!("dewspec-{number:08x}");
            assert_eq!(journal.sent(KIND, "s", [item(&key)].iter()), Ok(()));
            journal.gone(KIND, "s", &key);
        }
        let path = place.all().pop().unwrap_or_default();
        assert!(std::fs::metadata(&path).is_ok_and(|file| file.len() <= LONG + 200));
        assert_eq!(journal.end(), (None, None));
    }
}
