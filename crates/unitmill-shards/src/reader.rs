//! Files to rows, streaming: Parquet and JSON lines, of a run or from outside.
//!
//! Columns are found by name, in any order; further columns are ignored and never read.
//! A column of another type is cast where that loses nothing (numbers or dictionaries to
//! text); what cannot be cast is an error, and so is a null where the record has none.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{FieldRef, Schema};
use flate2::bufread::MultiGzDecoder;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde::de::IgnoredAny;
use serde_arrow::Deserializer;

use crate::{Row, ShardsError};

/// Rows of a Parquet file are decoded in batches of at most this many rows ...
const ROWS_PER_BATCH: usize = 256;
/// ... and of at most about this many bytes.
const BYTES_PER_BATCH: usize = 8 << 20;
/// A line of JSON may be this long, in bytes; what is longer is an invalid row.
const LINE_BYTES: u64 = 256 << 20;
/// How much of a file of JSON lines is looked at for the columns that it has, in bytes.
const HEAD_BYTES: usize = 256 << 10;

/// Iterates over the rows of a file. A row that is not valid is an error in its place, and
/// the rows after it follow; after any other error the iterator ends.
pub struct RowReader<R: Row> {
    path: PathBuf,
    source: Source,
    decoded: VecDeque<Result<R, ShardsError>>,
    next_row: u64,
    finished: bool,
}

enum Source {
    Parquet {
        reader: ParquetRecordBatchReader,
        total_rows: u64,
    },
    JsonLines(Box<dyn BufRead + Send>),
}

/// Opens a file of rows; `.jsonl`, `.jsonl.gz` and `.jsonl.zst` hold JSON lines, everything
/// else must be Parquet.
///
/// # Errors
/// [`ShardsError::Io`] if it cannot be opened, [`ShardsError::Damaged`] if it is no whole
/// Parquet file, [`ShardsError::MissingColumn`] if it lacks a column of the record (of JSON
/// lines: if all the first ones do). The iterator itself yields [`ShardsError::Row`],
/// [`ShardsError::ColumnType`], [`ShardsError::Damaged`] and
/// [`ShardsError::DamagedLines`].
pub fn read_rows<R: Row>(path: &Path) -> Result<RowReader<R>, ShardsError> {
    let file = File::open(path).map_err(ShardsError::io("open", path))?;
    let Some(mut lines) = open_lines(path, &file)? else {
        return open_parquet(path, file, None);
    };
    let head = lines.fill_buf().map_err(cannot_read_on(path))?;
    check_columns::<R>(path, head)?;
    Ok(RowReader {
        path: path.to_owned(),
        source: Source::JsonLines(lines),
        decoded: VecDeque::new(),
        next_row: 0,
        finished: false,
    })
}

/// The lines of a file whose name says that it holds JSON lines.
fn open_lines(path: &Path, file: &File) -> Result<Option<Box<dyn BufRead + Send>>, ShardsError> {
    let name = path.to_string_lossy();
    let file = file.try_clone().map_err(ShardsError::io("open", path))?;
    let buffered = |read: Box<dyn std::io::Read + Send>| -> Box<dyn BufRead + Send> {
        Box::new(BufReader::with_capacity(HEAD_BYTES, read))
    };
    Ok(if name.ends_with(".jsonl") {
        Some(buffered(Box::new(file)))
    } else if name.ends_with(".jsonl.gz") {
        let inner = BufReader::new(file);
        Some(buffered(Box::new(MultiGzDecoder::new(inner))))
    } else if name.ends_with(".jsonl.zst") {
        let decoder = zstd::stream::read::Decoder::new(file).map_err(cannot_read_on(path))?;
        Some(buffered(Box::new(decoder)))
    } else {
        None
    })
}

/// Refuses a file none of whose first rows has a column that the record needs: every row
/// would be an error. Says nothing where no whole row can be seen.
fn check_columns<R: Row>(path: &Path, head: &[u8]) -> Result<(), ShardsError> {
    let end = head.iter().rposition(|&byte| byte == b'\n');
    let mut present: BTreeSet<String> = BTreeSet::new();
    let mut rows = 0;
    for line in head[..end.unwrap_or(0)].split(|&byte| byte == b'\n') {
        // What is no object is an error in its own place.
        if let Ok(row) = serde_json::from_slice::<HashMap<String, IgnoredAny>>(line) {
            present.extend(row.into_keys());
            rows += 1;
        }
    }
    let has = |field: &FieldRef| {
        let mut names = R::ALIASES
            .iter()
            .filter(|(_, in_record)| in_record == field.name())
            .map(|(in_file, _)| *in_file)
            .chain([field.name().as_str()]);
        field.is_nullable() || names.any(|name| present.contains(name))
    };
    match R::schema().fields().iter().find(|field| !has(field)) {
        Some(field) if rows > 0 => Err(ShardsError::MissingColumn {
            path: path.to_owned(),
            record: R::NAME,
            column: field.name().clone(),
            present: present.into_iter().collect(),
        }),
        _ => Ok(()),
    }
}

/// Opens a stretch of a Parquet file, `rows` counting from 0; what lies beyond its end is
/// left out. Rows before the stretch are skipped without being decoded.
///
/// # Errors
/// As [`read_rows`].
pub fn read_row_range<R: Row>(path: &Path, rows: Range<u64>) -> Result<RowReader<R>, ShardsError> {
    let file = File::open(path).map_err(ShardsError::io("open", path))?;
    open_parquet(path, file, Some(rows))
}

/// How many rows a Parquet file says it has; reads its footer only.
///
/// # Errors
/// [`ShardsError::Io`] or [`ShardsError::Damaged`].
pub fn count_rows(path: &Path) -> Result<u64, ShardsError> {
    let file = File::open(path).map_err(ShardsError::io("open", path))?;
    Ok(footer_rows(&open_footer(path, file)?))
}

fn open_footer(
    path: &Path,
    file: File,
) -> Result<ParquetRecordBatchReaderBuilder<File>, ShardsError> {
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, &error))
}

fn footer_rows(builder: &ParquetRecordBatchReaderBuilder<File>) -> u64 {
    u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0)
}

fn cannot_read_on(path: &Path) -> impl FnOnce(std::io::Error) -> ShardsError {
    let path = path.to_owned();
    move |source| ShardsError::DamagedLines { path, source }
}

fn damaged(path: &Path, message: &dyn std::fmt::Display) -> ShardsError {
    ShardsError::Damaged {
        path: path.to_owned(),
        message: message.to_string(),
    }
}

fn open_parquet<R: Row>(
    path: &Path,
    file: File,
    rows: Option<Range<u64>>,
) -> Result<RowReader<R>, ShardsError> {
    let builder = open_footer(path, file)?;
    let total_rows = footer_rows(&builder);
    let mut roots = Vec::new();
    for field in R::schema().fields() {
        match find_column::<R>(builder.schema(), field) {
            Some(index) => roots.push(index),
            None if field.is_nullable() => {}
            None => {
                return Err(ShardsError::MissingColumn {
                    path: path.to_owned(),
                    record: R::NAME,
                    column: field.name().clone(),
                    present: column_names(builder.schema()),
                });
            }
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    let batch = rows_per_batch(&builder, &mask);
    let rows = rows.unwrap_or(0..total_rows);
    let offset = usize::try_from(rows.start).map_err(|error| damaged(path, &error))?;
    let limit = usize::try_from(rows.end.saturating_sub(rows.start))
        .map_err(|error| damaged(path, &error))?;
    let reader = builder
        .with_projection(mask)
        .with_batch_size(batch)
        .with_offset(offset)
        .with_limit(limit)
        .build()
        .map_err(|error| damaged(path, &error))?;
    Ok(RowReader {
        path: path.to_owned(),
        source: Source::Parquet { reader, total_rows },
        decoded: VecDeque::new(),
        next_row: rows.start,
        finished: false,
    })
}

/// How many rows of the densest row group make a batch, so that what is decoded stays small
/// however long the texts are.
fn rows_per_batch(builder: &ParquetRecordBatchReaderBuilder<File>, mask: &ProjectionMask) -> usize {
    let bytes_per_row = builder
        .metadata()
        .row_groups()
        .iter()
        .map(|group| {
            let columns = group.columns().iter().enumerate();
            let bytes: i64 = columns
                .filter(|(index, _)| mask.leaf_included(*index))
                .map(|(_, column)| column.uncompressed_size())
                .sum();
            usize::try_from(bytes / group.num_rows().max(1)).unwrap_or(0)
        })
        .max()
        .unwrap_or(0);
    (BYTES_PER_BATCH / bytes_per_row.max(1)).clamp(1, ROWS_PER_BATCH)
}

fn column_names(schema: &Schema) -> Vec<String> {
    let fields = schema.fields().iter();
    fields.map(|field| field.name().clone()).collect()
}

/// The column of a file that holds a record's field: by its own name, else by an alias.
fn find_column<R: Row>(schema: &Schema, field: &FieldRef) -> Option<usize> {
    let position = |name: &str| schema.fields().iter().position(|have| have.name() == name);
    position(field.name()).or_else(|| {
        R::ALIASES
            .iter()
            .filter(|(_, in_record)| in_record == field.name())
            .find_map(|(in_file, _)| position(in_file))
    })
}

impl<R: Row> RowReader<R> {
    /// How many rows the whole file has, where its format says so.
    pub fn total_rows(&self) -> Option<u64> {
        match &self.source {
            Source::Parquet { total_rows, .. } => Some(*total_rows),
            Source::JsonLines(_) => None,
        }
    }

    /// Decodes more rows; false at the end.
    fn refill(&mut self) -> Result<bool, ShardsError> {
        let Self {
            path,
            source,
            decoded,
            next_row,
            ..
        } = self;
        match source {
            Source::Parquet { reader, .. } => match reader.next() {
                None => Ok(false),
                Some(Err(error)) => Err(damaged(path, &error)),
                Some(Ok(batch)) => {
                    decode_batch(path, &batch, *next_row, decoded)?;
                    *next_row += batch.num_rows() as u64;
                    Ok(true)
                }
            },
            Source::JsonLines(lines) => {
                let mut line = Vec::new();
                let length = lines
                    .by_ref()
                    .take(LINE_BYTES)
                    .read_until(b'\n', &mut line)
                    .map_err(cannot_read_on(path))?;
                if length == 0 {
                    return Ok(false);
                }
                let row = *next_row;
                *next_row += 1;
                let invalid = |message: String| ShardsError::Row {
                    path: path.clone(),
                    row,
                    record: R::NAME,
                    message,
                };
                if length as u64 == LINE_BYTES && line.last() != Some(&b'\n') {
                    lines.skip_until(b'\n').map_err(cannot_read_on(path))?;
                    let message = format!("the line is longer than {LINE_BYTES} bytes");
                    decoded.push_back(Err(invalid(message)));
                } else if !line.trim_ascii().is_empty() {
                    let parsed = serde_json::from_slice(&line);
                    decoded.push_back(parsed.map_err(|error| invalid(error.to_string())));
                }
                Ok(true)
            }
        }
    }
}

impl<R: Row> Iterator for RowReader<R> {
    type Item = Result<R, ShardsError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.decoded.pop_front() {
                return Some(row);
            }
            if self.finished {
                return None;
            }
            match self.refill() {
                Ok(more) => self.finished = !more,
                Err(error) => {
                    self.finished = true;
                    return Some(Err(error));
                }
            }
        }
    }
}

fn decode_batch<R: Row>(
    path: &Path,
    batch: &RecordBatch,
    first_row: u64,
    decoded: &mut VecDeque<Result<R, ShardsError>>,
) -> Result<(), ShardsError> {
    let schema = R::schema();
    let columns = schema
        .fields()
        .iter()
        .map(|field| read_column::<R>(path, batch, field))
        .collect::<Result<Vec<ArrayRef>, _>>()?;
    let row_error = |row: u64, error: serde_arrow::Error| ShardsError::Row {
        path: path.to_owned(),
        row,
        record: R::NAME,
        message: error.to_string(),
    };
    let deserializer = Deserializer::from_arrow(schema.fields(), &columns)
        .map_err(|error| row_error(first_row, error))?;
    for (row, item) in (first_row..).zip(deserializer.iter()) {
        decoded.push_back(R::deserialize(item).map_err(|error| row_error(row, error)));
    }
    Ok(())
}

fn read_column<R: Row>(
    path: &Path,
    batch: &RecordBatch,
    field: &FieldRef,
) -> Result<ArrayRef, ShardsError> {
    let Some(index) = find_column::<R>(&batch.schema(), field) else {
        return Ok(new_null_array(field.data_type(), batch.num_rows()));
    };
    let column = Arc::clone(batch.column(index));
    if column.data_type() == field.data_type() {
        return Ok(column);
    }
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    cast_with_options(&column, field.data_type(), &strict).map_err(|error| {
        ShardsError::ColumnType {
            path: path.to_owned(),
            column: field.name().clone(),
            expected: field.data_type().to_string(),
            message: error.to_string(),
        }
    })
}
