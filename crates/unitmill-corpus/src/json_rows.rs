//! Rows of JSON lines, plain or compressed. Finding the lines is apart from reading them,
//! so that many threads can do the latter. Never holds more than one line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

use crate::fields::{ENCODING, LANGUAGE, RowFields, all_of};
use crate::inputs::InputFormat;
use crate::row::{Row, RowText};

/// Rows may be this much longer than the largest text: JSON escapes, and other fields.
const ROW_OVERHEAD: u64 = 16 << 20;

/// The lines of a file.
pub(crate) struct LineReader {
    input: Box<dyn BufRead + Send>,
    limit: u64,
    number: u64,
    ended: bool,
}

/// What the next line is.
pub(crate) enum Line {
    /// A row, not looked at yet.
    Row(Vec<u8>),
    /// Longer than any row may be; skipped.
    TooLong,
}

impl LineReader {
    /// Opens the lines of a file in one of the JSON formats.
    ///
    /// # Errors
    /// What the decompressor said.
    pub(crate) fn open(file: File, format: InputFormat, max_bytes: u64) -> io::Result<Self> {
        let file = BufReader::with_capacity(1 << 16, file);
        let input: Box<dyn BufRead + Send> = match format {
            InputFormat::JsonlGzip => {
                Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file)))
            }
            InputFormat::JsonlZstd => Box::new(BufReader::with_capacity(
                1 << 16,
                zstd::stream::read::Decoder::with_buffer(file)?,
            )),
            _ => Box::new(file),
        };
        Ok(Self {
            input,
            limit: max_bytes.saturating_mul(8).saturating_add(ROW_OVERHEAD),
            number: 0,
            ended: false,
        })
    }

    /// The number of the line that was read last, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line that is not empty; none at the end and after an error.
    pub(crate) fn next(&mut self) -> Option<io::Result<Line>> {
        while !self.ended {
            match self.read_line() {
                Ok(None) => self.ended = true,
                Ok(Some(Line::Row(line))) if line.trim_ascii().is_empty() => {}
                Ok(Some(line)) => return Some(Ok(line)),
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    fn read_line(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        let mut read = (&mut self.input)
            .take(self.limit)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        if read as u64 != self.limit || line.ends_with(b"\n") {
            return Ok(Some(Line::Row(line)));
        }
        while read > 0 && !line.ends_with(b"\n") {
            line.clear();
            line.shrink_to(1 << 16);
            read = (&mut self.input)
                .take(1 << 16)
                .read_until(b'\n', &mut line)?;
        }
        Ok(Some(Line::TooLong))
    }
}

/// Reads a row.
///
/// # Errors
/// What is wrong with its JSON.
pub(crate) fn read_row(line: &[u8], fields: &RowFields) -> Result<Row, String> {
    let mut row: Value = serde_json::from_slice(line.trim_ascii())
        .map_err(|error| format!("not valid JSON at column {}", error.column()))?;
    let text = match field_mut(&mut row, &fields.text) {
        Some(Value::String(text)) => RowText::Text(std::mem::take(text)),
        Some(_) => RowText::Missing(format!("the field `{}` is not a string", fields.text)),
        None => RowText::Missing(format!("no field `{}`", fields.text)),
    };
    let first = |names: &[&str]| names.iter().find_map(|name| field(&row, name));
    Ok(Row {
        text,
        license: first(&fields.license_names()).and_then(words),
        repo: first(&fields.repo_names()).and_then(words),
        path: first(&fields.path_names()).and_then(words),
        language: first(LANGUAGE).and_then(words),
        encoding: first(ENCODING).and_then(words),
    })
}

/// A field by its name, or by a dotted way into nested objects.
fn field<'v>(row: &'v Value, name: &str) -> Option<&'v Value> {
    if let Some(value) = row.get(name) {
        return Some(value);
    }
    name.split('.').try_fold(row, |value, key| value.get(key))
}

fn field_mut<'v>(row: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    if row.get(name).is_some() {
        return row.get_mut(name);
    }
    name.split('.')
        .try_fold(row, |value, key| value.get_mut(key))
}

/// The text of a field; a list of texts (licences) reads as all of them together.
fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect();
            all_of(&items)
        }
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}
