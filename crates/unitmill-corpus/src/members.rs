//! What tar and zip archives have in common: which members count, what they may be called,
//! how far an archive may expand, and what a distribution's metadata say. Nothing is ever
//! written to disk, and archives inside archives stay closed.

use std::collections::HashSet;
use std::io::{self, Read};
use std::sync::Arc;

use unitmill_model::{Digest, RejectReason};

use crate::fields::all_of;
use crate::read::{FileRefusal, too_large};

/// Whom an archive's files are of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Distribution {
    /// The name of its metadata; without any, the archive's own.
    pub(crate) name: String,
    /// What its metadata say of its licence, as they say it.
    pub(crate) license: Option<String>,
}

/// One member that should be a Python file.
pub(crate) struct Member {
    /// Its path inside the archive, made presentable where it was refused.
    pub(crate) path: String,
    pub(crate) distribution: Arc<Distribution>,
    /// Its bytes, or why they are not read.
    pub(crate) content: Result<Vec<u8>, FileRefusal>,
}

/// Metadata files of more bytes than this are not read.
pub(crate) const MOST_METADATA: u64 = 1 << 20;

/// An archive may expand to this much ...
const FREE_EXPANSION: u64 = 256 << 20;
/// ... and to this many times its own size; source text comes to ten.
const MOST_EXPANSION: u64 = 100;

/// How many bytes may come out of an archive of so many.
pub(crate) fn expansion_limit(archive_bytes: u64) -> u64 {
    archive_bytes
        .saturating_mul(MOST_EXPANSION)
        .saturating_add(FREE_EXPANSION)
}

/// Ends a stream that expands beyond all measure with an error.
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    pub(crate) fn new(inner: R, limit: u64) -> Self {
        Self { inner, left: limit }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read as u64 > self.left {
            return Err(io::Error::other(format!(
                "expands to more than {MOST_EXPANSION} times its size"
            )));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

/// Whether a member's name says that it is a Python file.
pub(crate) fn is_python(name: &[u8]) -> bool {
    name.ends_with(b".py")
}

/// Whether a member holds its distribution's metadata: `PKG-INFO` of a source archive,
/// `METADATA` of a wheel.
pub(crate) fn is_metadata(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else {
        return false;
    };
    match name.split_once('/') {
        Some((_, "PKG-INFO")) => true,
        Some((folder, "METADATA")) => folder.ends_with(".dist-info"),
        None => name == "PKG-INFO",
        _ => false,
    }
}

/// The path that a member's name stands for.
///
/// # Errors
/// A presentable form of the name, and why it cannot be one: absolute names, and those that
/// lead out of the archive or hold what no path of a repository holds.
pub(crate) fn member_path(name: &[u8]) -> Result<String, (String, FileRefusal)> {
    let refuse = |why: &str| {
        let shown: String = String::from_utf8_lossy(name).escape_debug().collect();
        Err((
            shown,
            FileRefusal::new(RejectReason::UnsafeName, why.to_owned()),
        ))
    };
    let Ok(text) = std::str::from_utf8(name) else {
        return refuse("the member's name is not UTF-8");
    };
    let text = text.strip_prefix("./").unwrap_or(text);
    let mut characters = text.chars();
    if text.starts_with('/') || characters.nth(1) == Some(':') {
        return refuse("the member's name is absolute");
    }
    if text.contains('\\') || text.chars().any(char::is_control) {
        return refuse("the member's name holds a backslash or a control character");
    }
    if text.split('/').any(|part| part == "..") {
        return refuse("the member's name leads out of the archive");
    }
    Ok(text.to_owned())
}

/// Names that were met in one archive.
#[derive(Default)]
pub(crate) struct Names(HashSet<Digest>);

impl Names {
    /// Refuses a name that was there before.
    pub(crate) fn meet(&mut self, path: &str) -> Result<(), FileRefusal> {
        if self.0.insert(Digest::of(path)) {
            Ok(())
        } else {
            Err(FileRefusal::new(
                RejectReason::RepeatedMember,
                "the archive has another member of this name",
            ))
        }
    }
}

/// Reads a member's bytes, at most one more than it may have.
pub(crate) fn read_member(
    reader: impl Read,
    declared: u64,
    max_bytes: u64,
) -> io::Result<Result<Vec<u8>, FileRefusal>> {
    if declared > max_bytes {
        return Ok(Err(too_large(declared, max_bytes)));
    }
    let mut bytes = Vec::with_capacity(declared as usize);
    let read = reader
        .take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(if read as u64 > max_bytes {
        Err(too_large(read as u64, max_bytes))
    } else {
        Ok(bytes)
    })
}

impl Distribution {
    /// What an archive without metadata is taken to be: its file's name without what says
    /// how it is packed.
    pub(crate) fn of_file(name: &str) -> Self {
        let file = name.rsplit('/').next().unwrap_or(name);
        let stem = [".tar.gz", ".tgz", ".tar.zst", ".tar", ".zip", ".whl"]
            .iter()
            .find_map(|suffix| file.strip_suffix(suffix))
            .unwrap_or(file);
        Self {
            name: stem.to_owned(),
            license: None,
        }
    }

    /// Reads core metadata (`Name`, and in this order of trust `License-Expression`, a
    /// `License` of one line, the licence classifiers); what is missing stays as it is.
    pub(crate) fn read_metadata(mut self, metadata: &[u8]) -> Self {
        let text = String::from_utf8_lossy(metadata);
        let (mut expression, mut license, mut classifiers) = (None, None, Vec::new());
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            // An empty line ends the headers; a description follows.
            if line.is_empty() {
                break;
            }
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let continues = lines
                .peek()
                .is_some_and(|next| next.starts_with([' ', '\t']));
            let value = value.trim();
            if value.is_empty() || value.eq_ignore_ascii_case("unknown") {
                continue;
            }
            match key.to_ascii_lowercase().as_str() {
                "name" => self.name = value.to_owned(),
                "license-expression" => expression = Some(value.to_owned()),
                // A whole licence text is no name of a licence.
                "license" if !continues && value.len() <= 200 => license = Some(value.to_owned()),
                "classifier" if value.starts_with("License ::") => {
                    classifiers.push(value.to_owned());
                }
                _ => {}
            }
        }
        let classified = (!classifiers.is_empty()).then(|| all_of(&classifiers));
        self.license = expression.or(license).or(classified);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        let shown: Vec<String> = [
            &b"pkg/a.py"[..],
            b"./pkg/a.py",
            b"/etc/a.py",
            b"C:/a.py",
            b"pkg/../../a.py",
            b"pkg\\a.py",
            b"pkg/\x1b[2J.py",
            b"pkg/\xff.py",
        ]
        .iter()
        .map(|name| match member_path(name) {
            Ok(path) => path,
            Err((shown, refusal)) => format!("{shown}: {}", refusal.detail),
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        pkg/a.py
        pkg/a.py
        /etc/a.py: the member's name is absolute
        C:/a.py: the member's name is absolute
        pkg/../../a.py: the member's name leads out of the archive
        pkg\\a.py: the member's name holds a backslash or a control character
        pkg/\u{1b}[2J.py: the member's name holds a backslash or a control character
        pkg/�.py: the member's name is not UTF-8
        ");
    }

    #[test]
    fn metadata_name_the_licence() {
        let read = |text: &str| {
            let read = Distribution::of_file("a/tool-1.0.tar.gz").read_metadata(text.as_bytes());
            format!("{} {}", read.name, read.license.unwrap_or_default())
        };
        let expression = "Name: Tool\nLicense: Apache\nLicense-Expression: MIT\n\nLicense: GPL\n";
        assert_eq!(read(expression), "Tool MIT");
        assert_eq!(
            read("Name: Tool\nLicense: BSD-3-Clause\n"),
            "Tool BSD-3-Clause"
        );
        let text = "Name: Tool\nLicense: Copyright\n  and so on\nClassifier: License :: OSI Approved :: MIT License\n";
        assert_eq!(read(text), "Tool License :: OSI Approved :: MIT License");
        assert_eq!(read("License: UNKNOWN\n"), "tool-1.0 ");
    }
}
