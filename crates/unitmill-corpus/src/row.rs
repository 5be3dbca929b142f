//! A row of a container as it becomes a source text, whatever the container. Never opens
//! a file.

use unitmill_model::RejectReason;

use crate::decode::{Decoded, decode_as};
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
        let bytes = match &self.text {
            RowText::Text(text) => text.len(),
            RowText::Bytes(bytes) => bytes.len(),
            RowText::Missing(_) => 0,
        };
        let refused = other_language(self.language.as_deref(), self.path.as_deref());
        let decoded = if let Some(detail) = refused {
            Err(FileRefusal::new(RejectReason::NotPython, detail))
        } else if bytes as u64 > max_bytes {
            Err(too_large(bytes as u64, max_bytes))
        } else {
            match self.text {
                RowText::Text(text) => clean(Decoded::verbatim(text)),
                RowText::Bytes(bytes) => decode_as(bytes, self.encoding.as_deref())
                    .map_err(|detail| FileRefusal::new(RejectReason::Undecodable, detail))
                    .and_then(clean),
                RowText::Missing(detail) => Err(FileRefusal::new(
                    RejectReason::CorruptRow,
                    format!("{place_words}: {detail}"),
                )),
            }
        };
        let path = self.path.unwrap_or_else(|| place.to_owned());
        SourceFile::new(self.repo, self.license, path, decoded)
    }
}

/// Refuses what is no text; takes off a byte order mark and StarCoderData's line of tags,
/// whose line break stays so that lines keep their numbers.
fn clean(decoded: Decoded) -> Result<Decoded, FileRefusal> {
    let text = &decoded.text;
    if memchr::memchr(0, text.as_bytes()).is_some() {
        return Err(FileRefusal::new(
            RejectReason::Undecodable,
            "holds a NUL byte",
        ));
    }
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else if STAR_CODER_TAGS.iter().any(|tag| text.starts_with(tag)) {
        text.find('\n').unwrap_or(text.len())
    } else {
        0
    };
    refuse_empty(decoded.without_start(start))
}
