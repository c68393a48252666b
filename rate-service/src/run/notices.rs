//! Notices of a run: one file per account, named by its number.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use rate_core::error::Lang;
use rate_core::explanation::{Notice, Particulars};

use super::{Decided, Run, RunError, Stage};
use crate::book::{BOM, cell};

/// How a notice is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Plain text.
    Text,
    /// One page of HTML.
    Html,
}

impl Layout {
    /// The ending of a file's name.
    const fn ending(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Html => "html",
        }
    }
}

/// The most bytes of one part of a file's name.
const PART: usize = 180;

/// The name of a notice's file: the account number, capitals, digits and hyphens as they are, every other byte as `_`
/// and two hexadecimal digits, so that no two numbers share a name, on a file system that mixes up small and capital
/// letters either. A number too long for one name goes on in a directory.
///
/// ```
/// use rate_service::run::{Layout, notice_file};
/// assert_eq!(notice_file("00000040", Layout::Html).to_str(), Some("notice-00000040.html"));
/// assert_eq!(notice_file("../a", Layout::Text).to_str(), Some("notice-_2E_2E_2F_61.txt"));
/// ```
pub fn notice_file(account: &str, layout: Layout) -> PathBuf {
    let mut name = String::from("notice-");
    let mut path = PathBuf::new();
    for byte in account.bytes() {
        if name.len() + 3 > PART {
            path.push(std::mem::take(&mut name));
        }
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'-' => name.push(char::from(byte)),
            // Writing to a String cannot fail.
            other => {
                let _ = write!(name, "_{other:02X}");
            }
        }
    }
    path.join(format!("{name}.{}", layout.ending()))
}

impl Decided {
    /// The notice of this account.
    pub fn notice(&self, particulars: &Particulars, layout: Layout, lang: Lang) -> String {
        let notice = Notice::of(&self.decision, &self.history, particulars);
        match layout {
            Layout::Text => notice.text(lang),
            Layout::Html => notice.html(lang),
        }
    }
}

/// Writes a notice for every account with a rate, and `notices.csv`, which says whose is where.
///
/// # Errors
/// Where a file cannot be written.
pub fn write_notices(
    run: &Run,
    particulars: &Particulars,
    dir: &Path,
    how: (Layout, Lang),
    progress: &mut dyn FnMut(Stage, u64, u64),
) -> Result<(), RunError> {
    let mut files = NoticeFiles::create(dir, how)?;
    files.add(run, particulars, progress)?;
    files.finish()
}

/// Notices on their way to a directory, a portion of the accounts of a run at a time.
#[derive(Debug)]
pub struct NoticeFiles {
    dir: PathBuf,
    how: (Layout, Lang),
    path: PathBuf,
    list: BufWriter<File>,
}

impl NoticeFiles {
    /// Begins the list of notices.
    ///
    /// # Errors
    /// Where it cannot be created.
    pub fn create(dir: &Path, how: (Layout, Lang)) -> Result<Self, RunError> {
        let path = dir.join("notices.csv");
        let created = std::fs::create_dir_all(dir).and_then(|()| File::create(&path)).and_then(|file| {
            let mut list = BufWriter::new(file);
            writeln!(list, "{BOM}area,account,file").map(|()| list)
        });
        let list = created.map_err(|source| RunError::Output { path: path.clone(), source })?;
        Ok(Self { dir: dir.to_owned(), how, path, list })
    }

    /// Writes the notices of a portion, whose accounts stand behind those of the portions before.
    ///
    /// # Errors
    /// Where a file cannot be written.
    pub fn add(
        &mut self,
        run: &Run,
        particulars: &Particulars,
        progress: &mut dyn FnMut(Stage, u64, u64),
    ) -> Result<(), RunError> {
        let failed = |path: &Path, source| RunError::Output { path: path.to_owned(), source };
        let all = u64::try_from(run.decided.len()).unwrap_or(u64::MAX);
        let (layout, lang) = self.how;
        for (decided, done) in run.decided.iter().zip(1..) {
            let key = decided.history.key();
            let name = notice_file(&key.number, layout);
            let path = self.dir.join(&name);
            let parent = path.parent().unwrap_or(&self.dir);
            let text = decided.notice(particulars, layout, lang);
            let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, text));
            written.map_err(|source| failed(&path, source))?;
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            let listed = writeln!(self.list, "{},{},{}", cell(&key.area), cell(&key.number), parts.join("/"));
            listed.map_err(|source| failed(&self.path, source))?;
            if done % 64 == 0 || done == all {
                progress(Stage::Writing, done, all);
            }
        }
        Ok(())
    }

    /// Closes the list.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finish(mut self) -> Result<(), RunError> {
        self.list.flush().map_err(|source| RunError::Output { path: self.path, source })
    }
}
