//! Locks: pinned and hashed requirements, and what of their text counts.

use std::path::Path;

use super::EnvironmentError;

/// The locks that travel inside the binary.
pub(super) const BUNDLED: [(&str, &str); 2] = [
    (
        "scientific",
        include_str!("../../../../sandbox/environments/scientific.txt"),
    ),
    (
        "standard",
        include_str!("../../../../sandbox/environments/standard.txt"),
    ),
];

/// A lock whose every line was understood.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Lock {
    name: String,
    /// Sorted by (name, version, marker).
    requirements: Vec<Requirement>,
}

/// One line of a lock: a distribution, its version, where it applies and what its files may
/// be.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Requirement {
    name: String,
    version: String,
    marker: Option<String>,
    /// SHA-256 of the distribution's files, sorted, each once.
    hashes: Vec<String>,
}

impl Lock {
    pub(super) fn bundled(name: &str) -> Result<Option<Self>, EnvironmentError> {
        BUNDLED
            .iter()
            .find(|(bundled, _)| *bundled == name)
            .map(|(name, text)| Self::parse(name, text))
            .transpose()
    }

    pub(super) fn read(path: &Path) -> Result<Self, EnvironmentError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| EnvironmentError::io("read the lock", path, source))?;
        Self::parse(&path.display().to_string(), &text)
    }

    /// Reads a lock. Accepted is what `pip --require-hashes` accepts, without options:
    /// which index to use is a matter of the machine, and other files and links would
    /// escape the digest.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, EnvironmentError> {
        let mut requirements = Vec::new();
        for (line, logical) in logical_lines(text) {
            let requirement =
                Requirement::parse(&logical).map_err(|problem| EnvironmentError::InvalidLock {
                    lock: name.to_owned(),
                    line,
                    problem,
                })?;
            requirements.push(requirement);
        }
        requirements.sort();
        Ok(Self {
            name: name.to_owned(),
            requirements,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// The names of the distributions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.requirements
            .iter()
            .map(|requirement| requirement.name.as_str())
    }

    /// The markers of the requirements, for an interpreter to say which of them hold.
    pub(super) fn markers(&self) -> Vec<Option<&str>> {
        self.requirements
            .iter()
            .map(|requirement| requirement.marker.as_deref())
            .collect()
    }

    /// The lock's text without anything that changes nothing: comments, layout, order. It
    /// is what the digest is made of and what pip gets to read.
    pub(super) fn canonical(&self) -> String {
        let mut text = String::new();
        for requirement in &self.requirements {
            text.push_str(&requirement.name);
            text.push_str("==");
            text.push_str(&requirement.version);
            if let Some(marker) = &requirement.marker {
                text.push_str(" ; ");
                text.push_str(marker);
            }
            for hash in &requirement.hashes {
                text.push_str(" --hash=sha256:");
                text.push_str(hash);
            }
            text.push('\n');
        }
        text
    }
}

impl Requirement {
    fn parse(line: &str) -> Result<Self, String> {
        if line.starts_with('-') {
            let option = line.split([' ', '=']).next().unwrap_or(line);
            return Err(format!(
                "the option `{option}` does not belong into a lock; indexes and the like are \
                 settings of pip, and every package needs a line of its own"
            ));
        }
        let (requirement, hashes) = match line.find("--hash") {
            Some(start) => line.split_at(start),
            None => (line, ""),
        };
        let (pinned, marker) = match requirement.split_once(';') {
            Some((pinned, marker)) => (pinned.trim(), Some(marker.trim().to_owned())),
            None => (requirement.trim(), None),
        };
        let (name, version) = pinned
            .split_once("==")
            .map(|(name, version)| (name.trim(), version.trim()))
            .filter(|(name, version)| is_name(name) && is_version(version))
            .ok_or_else(|| {
                format!("`{pinned}` is not pinned; only `name==version` can be locked")
            })?;
        let mut found = Vec::new();
        for hash in hashes.split_whitespace() {
            let digits = hash
                .strip_prefix("--hash=sha256:")
                .filter(|digits| {
                    digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit())
                })
                .ok_or_else(|| format!("`{hash}` is not `--hash=sha256:` and 64 digits"))?;
            found.push(digits.to_ascii_lowercase());
        }
        if found.is_empty() {
            return Err(format!(
                "`{name}` has no `--hash=sha256:`; `uv pip compile --generate-hashes` writes them"
            ));
        }
        found.sort();
        found.dedup();
        Ok(Self {
            name: name.to_owned(),
            version: version.to_owned(),
            marker,
            hashes: found,
        })
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.[],".contains(&b))
}

fn is_version(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b".+!-_".contains(&b))
}

/// Lines joined at their backslashes, without comments and empty ones; each with the number
/// of its first line, from 1.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        // As pip has it, a `#` opens a comment at the start of a line or behind a space.
        let line = match line.find(" #").or(line.starts_with('#').then_some(0)) {
            Some(start) => &line[..start],
            None => line,
        }
        .trim();
        let (first, mut joined) = open.take().unwrap_or((number, String::new()));
        if !joined.is_empty() && !line.is_empty() {
            joined.push(' ');
        }
        match line.strip_suffix('\\') {
            Some(part) => {
                joined.push_str(part.trim_end());
                open = Some((first, joined));
            }
            None => {
                joined.push_str(line);
                if !joined.is_empty() {
                    lines.push((first, joined));
                }
            }
        }
    }
    lines.extend(open.filter(|(_, joined)| !joined.is_empty()));
    lines
}
