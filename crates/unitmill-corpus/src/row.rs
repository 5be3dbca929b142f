//! A row of a container as it becomes a source text, whatever the container. Never opens
//! a file.

use unitmill_model::{Digest, Origin, RejectReason};

use crate::decode::decode_as;
use crate::fields::other_language;
use crate::read::{FileRefusal, SourceFile, refuse_empty, too_large};

/// What a row says.
pub(crate) struct Row {
    pub(crate) text: RowText,
    pub(crate) license: Option<String>,
    pub(crate) repo: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) encoding: Option<String>,
}

/// The source text of a row.
pub(crate) enum RowText {
    Text(String),
    Bytes(Vec<u8>),
    /// There is none, and why.
    Missing(String),
}

/// What StarCoderData may put before a text.
const STAR_CODER_TAGS: [&str; 3] = ["<reponame>", "<filename>", "<gh_stars>"];

impl Row {
    /// The source text, or why there is none. `place` stands in for a path, `file` and
    /// `place_words` say where a broken row is.
    pub(crate) fn into_source(self, place: &str, place_words: &str, max_bytes: u64) -> SourceFile {
        let (digest, bytes) = match &self.text {
            RowText::Text(text) => (Digest::of(text), text.len()),
            RowText::Bytes(bytes) => (Digest::of(bytes), bytes.len()),
            RowText::Missing(_) => (Digest::of([]), 0),
        };
        let refused = other_language(self.language.as_deref(), self.path.as_deref());
        let text = if let Some(detail) = refused {
            Err(FileRefusal::new(RejectReason::NotPython, detail))
        } else if bytes as u64 > max_bytes {
            Err(too_large(bytes as u64, max_bytes))
        } else {
            match self.text {
                RowText::Text(text) => clean(text),
                RowText::Bytes(bytes) => decode_as(bytes, self.encoding.as_deref())
                    .map_err(|detail| FileRefusal::new(RejectReason::Undecodable, detail))
                    .and_then(clean),
                RowText::Missing(detail) => Err(FileRefusal::new(
                    RejectReason::CorruptRow,
                    format!("{place_words}: {detail}"),
                )),
            }
        };
        SourceFile {
            origin: Origin {
                repo: self.repo,
                license: self.license,
                path: self.path.unwrap_or_else(|| place.to_owned()),
                source_sha256: digest,
            },
            text,
        }
    }
}

/// Refuses what is no text; takes off a byte order mark and StarCoderData's line of tags,
/// whose line break stays so that lines keep their numbers.
fn clean(mut text: String) -> Result<String, FileRefusal> {
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(FileRefusal::new(
            RejectReason::Undecodable,
            "holds a NUL byte",
        ));
    }
    let mut start = 0;
    if text.starts_with('\u{feff}') {
        start = '\u{feff}'.len_utf8();
    } else if STAR_CODER_TAGS.iter().any(|tag| text.starts_with(tag)) {
        start = text.find('\n').unwrap_or(text.len());
    }
    text.drain(..start);
    refuse_empty(text)
}
