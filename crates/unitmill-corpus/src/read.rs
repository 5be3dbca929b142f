//! Reading a part, one text at a time. Never holds more than one text, and never lets one
//! bad file or row stop the others.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::slice;

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;
use unitmill_model::{Digest, Origin, RejectReason};

use crate::decode::decode_source;
use crate::inputs::{CorpusError, InputFile, InputFormat, RowFields};

/// One source text, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// Where it came from.
    pub origin: Origin,
    /// The text.
    pub text: Result<String, FileRefusal>,
}

/// Why a file or a row gives no text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRefusal {
    /// The reason.
    pub reason: RejectReason,
    /// What exactly.
    pub detail: String,
}

impl FileRefusal {
    fn new(reason: RejectReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

/// Reads the files of a part in order: one item a Python file, one a row of a container.
/// Damage inside a file is a refusal; a file that cannot be opened or read at all is an
/// error.
pub fn read_part(files: &[InputFile]) -> PartReader<'_> {
    PartReader {
        files: files.iter(),
        rows: None,
    }
}

/// Iterates over the texts of a part.
pub struct PartReader<'a> {
    files: slice::Iter<'a, InputFile>,
    rows: Option<RowReader<'a>>,
}

impl Iterator for PartReader<'_> {
    type Item = Result<SourceFile, CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(rows) = &mut self.rows {
                if let Some(row) = rows.next() {
                    return Some(row);
                }
                self.rows = None;
            }
            let file = self.files.next()?;
            if file.format == InputFormat::Python {
                return Some(read_python(file));
            }
            match RowReader::open(file) {
                Ok(rows) => self.rows = Some(rows),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

fn unreadable(file: &InputFile, source: io::Error) -> CorpusError {
    CorpusError::Unreadable {
        path: file.location.clone(),
        source,
    }
}

fn read_python(file: &InputFile) -> Result<SourceFile, CorpusError> {
    let mut bytes = Vec::new();
    let opened = File::open(&file.location).map_err(|error| unreadable(file, error))?;
    // One byte more than allowed tells a file that is too large without reading it all.
    opened
        .take(file.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(file, error))?;
    let text = if bytes.len() as u64 > file.max_bytes {
        let size = file.bytes.max(bytes.len() as u64);
        Err(too_large(size, file.max_bytes))
    } else {
        decode_source(&bytes)
            .map_err(|detail| FileRefusal::new(RejectReason::Undecodable, detail))
            .and_then(refuse_empty)
    };
    Ok(SourceFile {
        origin: Origin {
            repo: None,
            license: None,
            path: file.name.clone(),
            source_sha256: Digest::of(&bytes),
        },
        text,
    })
}

fn too_large(bytes: u64, limit: u64) -> FileRefusal {
    FileRefusal::new(
        RejectReason::TooLarge,
        format!("{bytes} bytes, limit {limit}"),
    )
}

fn refuse_empty(text: String) -> Result<String, FileRefusal> {
    if text.chars().all(|character| character.is_whitespace()) {
        Err(FileRefusal::new(RejectReason::EmptyFile, "no source text"))
    } else {
        Ok(text)
    }
}

/// Rows may be this much longer than the largest text: JSON escapes, and other fields.
const ROW_OVERHEAD: u64 = 16 << 20;

struct RowReader<'a> {
    file: &'a InputFile,
    input: Box<dyn BufRead + Send>,
    line: Vec<u8>,
    number: u64,
    ended: bool,
}

impl<'a> RowReader<'a> {
    fn open(file: &'a InputFile) -> Result<Self, CorpusError> {
        let opened = File::open(&file.location).map_err(|error| unreadable(file, error))?;
        let opened = BufReader::with_capacity(1 << 16, opened);
        let input: Box<dyn BufRead + Send> = match file.format {
            InputFormat::JsonlGzip => Box::new(BufReader::with_capacity(
                1 << 16,
                MultiGzDecoder::new(opened),
            )),
            InputFormat::JsonlZstd => Box::new(BufReader::with_capacity(
                1 << 16,
                zstd::stream::read::Decoder::with_buffer(opened)
                    .map_err(|error| unreadable(file, error))?,
            )),
            InputFormat::Jsonl | InputFormat::Python => Box::new(opened),
        };
        Ok(Self {
            file,
            input,
            line: Vec::new(),
            number: 0,
            ended: false,
        })
    }

    /// Reads the next line into `self.line`. False if it was too long and was skipped;
    /// none at the end.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        let limit = self
            .file
            .max_bytes
            .saturating_mul(8)
            .saturating_add(ROW_OVERHEAD);
        self.line.clear();
        let mut read = (&mut self.input)
            .take(limit)
            .read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read as u64 != limit || self.line.ends_with(b"\n") {
            return Ok(Some(true));
        }
        while read > 0 && !self.line.ends_with(b"\n") {
            self.line.clear();
            read = (&mut self.input)
                .take(1 << 16)
                .read_until(b'\n', &mut self.line)?;
        }
        Ok(Some(false))
    }

    fn place(&self) -> String {
        format!("{}#{}", self.file.name, self.number)
    }

    fn refuse(&self, path: String, digest: Digest, refusal: FileRefusal) -> SourceFile {
        SourceFile {
            origin: Origin {
                repo: None,
                license: None,
                path,
                source_sha256: digest,
            },
            text: Err(refusal),
        }
    }

    fn next(&mut self) -> Option<Result<SourceFile, CorpusError>> {
        while !self.ended {
            match self.read_line() {
                Ok(None) => self.ended = true,
                Ok(Some(false)) => {
                    return Some(Ok(self.refuse(
                        self.place(),
                        Digest::of([]),
                        FileRefusal::new(RejectReason::TooLarge, "the row itself is too long"),
                    )));
                }
                Ok(Some(true)) => {
                    if self.line.trim_ascii().is_empty() {
                        continue;
                    }
                    return Some(Ok(self.read_row()));
                }
                Err(error) => {
                    self.ended = true;
                    if error.raw_os_error().is_some() {
                        return Some(Err(unreadable(self.file, error)));
                    }
                    let detail = format!("broken after row {}: {error}", self.number);
                    return Some(Ok(self.refuse(
                        self.file.name.clone(),
                        Digest::of([]),
                        FileRefusal::new(RejectReason::CorruptContainer, detail),
                    )));
                }
            }
        }
        None
    }

    fn read_row(&self) -> SourceFile {
        let corrupt = |message: String| {
            let detail = format!("{} line {}: {message}", self.file.name, self.number);
            self.refuse(
                self.place(),
                Digest::of(&self.line),
                FileRefusal::new(RejectReason::CorruptRow, detail),
            )
        };
        let row: Value = match serde_json::from_slice(self.line.trim_ascii()) {
            Ok(row) => row,
            Err(error) => return corrupt(format!("not valid JSON at column {}", error.column())),
        };
        let RowFields {
            text: text_field,
            license,
            repo,
            path,
        } = &self.file.fields;
        let text = match field(&row, text_field) {
            Some(Value::String(text)) => text,
            Some(_) => return corrupt(format!("the field `{text_field}` is not a string")),
            None => return corrupt(format!("no field `{text_field}`")),
        };
        let origin = Origin {
            repo: field(&row, repo).and_then(words),
            license: field(&row, license).and_then(words),
            path: field(&row, path)
                .and_then(words)
                .unwrap_or_else(|| self.place()),
            source_sha256: Digest::of(text),
        };
        let text = if text.len() as u64 > self.file.max_bytes {
            Err(too_large(text.len() as u64, self.file.max_bytes))
        } else if text.contains('\0') {
            Err(FileRefusal::new(
                RejectReason::Undecodable,
                "holds a NUL byte",
            ))
        } else {
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            refuse_empty(text.to_owned())
        };
        SourceFile { origin, text }
    }
}

/// A field by its name, or by a dotted way into nested objects.
fn field<'v>(row: &'v Value, name: &str) -> Option<&'v Value> {
    if let Some(value) = row.get(name) {
        return Some(value);
    }
    name.split('.').try_fold(row, |value, key| value.get(key))
}

/// The text of a field; a list of texts (licences) reads as all of them together.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(" AND "),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}
