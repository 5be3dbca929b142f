//! Rows of Parquet files, a batch at a time. Never holds more than a few megabytes of text,
//! reads no column but those that say where a text came from, and believes no annotation:
//! text columns are read as bytes, so that one row that is not UTF-8 spoils no other.

use std::fs::File;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch, StructArray};
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::basic::{Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::schema::types::{SchemaDescriptor, Type};

use crate::fields::{ENCODING, LANGUAGE, RowFields, all_of};
use crate::parquet_claims::{CredibleFile, check_footer};
use crate::row::{Row, RowText};

/// A batch holds about this much text ...
const BATCH_BYTES: u64 = 1 << 20;
/// ... and at most so many rows: where texts repeat, a file does not say how long they are.
const MOST_BATCH_ROWS: u64 = 64;

/// The rows of some row groups of a file.
pub(crate) struct ParquetReader {
    batches: ParquetRecordBatchReader,
    columns: Columns,
    batch: Option<Arc<Batch>>,
    next: usize,
    number: u64,
    ended: bool,
}

/// Where the columns are, as ways through nested ones.
#[derive(Debug)]
struct Columns {
    text: Vec<String>,
    license: Option<Vec<String>>,
    repo: Option<Vec<String>>,
    path: Option<Vec<String>>,
    language: Option<Vec<String>>,
    encoding: Option<Vec<String>>,
}

/// The columns of some rows.
struct Batch {
    text: ArrayRef,
    license: Option<ArrayRef>,
    repo: Option<ArrayRef>,
    path: Option<ArrayRef>,
    language: Option<ArrayRef>,
    encoding: Option<ArrayRef>,
}

/// One row, not looked at yet.
pub(crate) struct ParquetRow {
    batch: Arc<Batch>,
    index: usize,
    /// Its number in the file, from 1.
    pub(crate) number: u64,
}

impl ParquetReader {
    /// Opens a file; without `row_groups`, all of them are read.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn open(
        file: File,
        fields: &RowFields,
        row_groups: Option<Range<u32>>,
    ) -> Result<Self, String> {
        unpanicked(|| {
            let described = describe(&file)?;
            let columns = Columns::find(described.file_metadata().schema_descr(), fields)?;
            let bare =
                without_annotations(described.file_metadata().schema_descr()).map_err(damaged)?;
            drop(described);
            let options = ArrowReaderOptions::new()
                .with_skip_arrow_metadata(true)
                .with_parquet_schema(Arc::new(bare));
            let metadata = ArrowReaderMetadata::load(&file, options).map_err(damaged)?;
            let groups = metadata.metadata().num_row_groups();
            let wanted =
                row_groups.map_or(0..groups, |range| range.start as usize..range.end as usize);
            if wanted.end > groups {
                return Err(format!(
                    "has {groups} row groups; it had more when the run was planned"
                ));
            }
            let rows_before: i64 = metadata.metadata().row_groups()[..wanted.start]
                .iter()
                .map(|group| group.num_rows())
                .sum();
            let batch_rows = columns.batch_rows(metadata.metadata(), wanted.clone());
            let mask = columns.mask(metadata.parquet_schema());
            let file = CredibleFile(file);
            let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
                .with_projection(mask)
                .with_row_groups(wanted.collect())
                .with_batch_size(batch_rows)
                .build()
                .map_err(damaged)?;
            Ok(Self {
                batches,
                columns,
                batch: None,
                next: 0,
                number: u64::try_from(rows_before).unwrap_or(0),
                ended: false,
            })
        })
    }

    /// The next row; none at the end and after an error.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(crate) fn next(&mut self) -> Option<Result<ParquetRow, String>> {
        while !self.ended {
            if let Some(batch) = &self.batch
                && self.next < batch.text.len()
            {
                self.next += 1;
                self.number += 1;
                return Some(Ok(ParquetRow {
                    batch: Arc::clone(batch),
                    index: self.next - 1,
                    number: self.number,
                }));
            }
            let batches = &mut self.batches;
            let read = unpanicked(|| batches.next().transpose().map_err(damaged));
            self.next = 0;
            match read {
                Ok(None) => self.ended = true,
                Ok(Some(batch)) => match self.columns.take(&batch) {
                    Some(batch) => self.batch = Some(Arc::new(batch)),
                    None => {
                        self.ended = true;
                        return Some(Err("its columns changed on the way".to_owned()));
                    }
                },
                Err(message) => {
                    self.ended = true;
                    return Some(Err(format!("broken after row {}: {message}", self.number)));
                }
            }
        }
        None
    }
}

impl ParquetRow {
    /// Bytes of the text, for who weighs work.
    pub(crate) fn text_bytes(&self) -> usize {
        bytes_at(&self.batch.text, self.index).map_or(0, <[u8]>::len)
    }

    /// The row's cells.
    pub(crate) fn read(&self) -> Row {
        let words = |column: &Option<ArrayRef>| {
            column
                .as_ref()
                .and_then(|column| words_at(column, self.index))
        };
        let text = match bytes_at(&self.batch.text, self.index) {
            Some(bytes) => RowText::Bytes(bytes.to_vec()),
            None => RowText::Missing("holds no source text: the cell is null".to_owned()),
        };
        Row {
            text,
            license: words(&self.batch.license),
            repo: words(&self.batch.repo),
            path: words(&self.batch.path),
            language: words(&self.batch.language),
            encoding: words(&self.batch.encoding),
        }
    }
}

/// Whether a file has the columns that its rows need.
///
/// # Errors
/// What it has instead. A file that is damaged passes: it is a reject when it is read.
pub(crate) fn check_columns(path: &Path, fields: &RowFields) -> Result<(), String> {
    let Ok(file) = File::open(path) else {
        return Ok(());
    };
    match unpanicked(|| describe(&file)) {
        Ok(described) => {
            Columns::find(described.file_metadata().schema_descr(), fields).map(|_| ())
        }
        Err(_) => Ok(()),
    }
}

/// Bytes of text in each row group; none if the file cannot be read.
pub(crate) fn row_group_bytes(path: &Path, fields: &RowFields) -> Option<Vec<u64>> {
    let file = File::open(path).ok()?;
    unpanicked(|| {
        let described = describe(&file)?;
        let columns = Columns::find(described.file_metadata().schema_descr(), fields)?;
        Ok((0..described.num_row_groups())
            .map(|group| columns.text_bytes(&described, group))
            .collect())
    })
    .ok()
}

fn describe(file: &File) -> Result<ParquetMetaData, String> {
    check_footer(file)?;
    ParquetMetaDataReader::new()
        .parse_and_finish(file)
        .map_err(damaged)
}

/// The Parquet reader is robust, but not proven to be: damage that it did not foresee is
/// damage of the file all the same.
fn unpanicked<R>(work: impl FnOnce() -> Result<R, String>) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("damaged in a way that its reader gave up on".to_owned()))
}

fn damaged(error: impl Into<DamageMessage>) -> String {
    error.into().0
}

struct DamageMessage(String);

impl From<ParquetError> for DamageMessage {
    fn from(error: ParquetError) -> Self {
        Self(error.to_string())
    }
}

impl From<arrow::error::ArrowError> for DamageMessage {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self(error.to_string())
    }
}

/// The same schema with top-level text columns as plain bytes.
fn without_annotations(schema: &SchemaDescriptor) -> Result<SchemaDescriptor, ParquetError> {
    let root = schema.root_schema();
    let fields = root
        .get_fields()
        .iter()
        .map(|field| {
            let is_text = field.is_primitive()
                && field.get_physical_type() == PhysicalType::BYTE_ARRAY
                && field.get_basic_info().repetition() != Repetition::REPEATED;
            if !is_text {
                return Ok(Arc::clone(field));
            }
            Type::primitive_type_builder(field.name(), PhysicalType::BYTE_ARRAY)
                .with_repetition(field.get_basic_info().repetition())
                .build()
                .map(Arc::new)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let root = Type::group_type_builder(root.name())
        .with_fields(fields)
        .build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

impl Columns {
    fn find(schema: &SchemaDescriptor, fields: &RowFields) -> Result<Self, String> {
        let text = way_to(schema, &fields.text).ok_or_else(|| {
            let present: Vec<&str> = schema
                .root_schema()
                .get_fields()
                .iter()
                .map(|field| field.name())
                .collect();
            format!(
                "has no column `{}`; it has {}",
                fields.text,
                present.join(", ")
            )
        })?;
        let leaf = leaves(schema, &text);
        let is_text = matches!(leaf.as_slice(), [leaf]
            if schema.column(*leaf).physical_type() == PhysicalType::BYTE_ARRAY
                && schema.column(*leaf).max_rep_level() == 0);
        if !is_text {
            return Err(format!(
                "holds no text in its column `{}`, but {}",
                fields.text,
                match leaf.as_slice() {
                    [leaf] if schema.column(*leaf).max_rep_level() == 0 =>
                        schema.column(*leaf).physical_type().to_string(),
                    _ => "nested values".to_owned(),
                }
            ));
        }
        let first = |names: &[&str]| names.iter().find_map(|name| way_to(schema, name));
        Ok(Self {
            text,
            license: first(&fields.license_names()),
            repo: first(&fields.repo_names()),
            path: first(&fields.path_names()),
            language: first(LANGUAGE),
            encoding: first(ENCODING),
        })
    }

    fn ways(&self) -> impl Iterator<Item = &Vec<String>> {
        [
            &self.license,
            &self.repo,
            &self.path,
            &self.language,
            &self.encoding,
        ]
        .into_iter()
        .flatten()
        .chain([&self.text])
    }

    fn mask(&self, schema: &SchemaDescriptor) -> ProjectionMask {
        ProjectionMask::leaves(schema, self.ways().flat_map(|way| leaves(schema, way)))
    }

    fn text_bytes(&self, metadata: &ParquetMetaData, group: usize) -> u64 {
        let group = metadata.row_group(group);
        leaves(metadata.file_metadata().schema_descr(), &self.text)
            .into_iter()
            .map(|leaf| u64::try_from(group.column(leaf).uncompressed_size()).unwrap_or(0))
            .sum()
    }

    fn batch_rows(&self, metadata: &ParquetMetaData, groups: Range<usize>) -> usize {
        let rows = groups
            .filter(|&group| metadata.row_group(group).num_rows() > 0)
            .map(|group| {
                let rows = metadata.row_group(group).num_rows().unsigned_abs();
                let bytes_of_one = self.text_bytes(metadata, group).div_ceil(rows).max(1);
                BATCH_BYTES / bytes_of_one
            })
            .min()
            .unwrap_or(MOST_BATCH_ROWS);
        rows.clamp(1, MOST_BATCH_ROWS) as usize
    }

    fn take(&self, batch: &RecordBatch) -> Option<Batch> {
        let optional = |way: &Option<Vec<String>>| way.as_ref().and_then(|way| follow(batch, way));
        Some(Batch {
            text: follow(batch, &self.text)?,
            license: optional(&self.license),
            repo: optional(&self.repo),
            path: optional(&self.path),
            language: optional(&self.language),
            encoding: optional(&self.encoding),
        })
    }
}

/// A column by its name, or by a dotted way into nested ones.
fn way_to(schema: &SchemaDescriptor, name: &str) -> Option<Vec<String>> {
    let root = schema.root_schema();
    if root.get_fields().iter().any(|field| field.name() == name) {
        return Some(vec![name.to_owned()]);
    }
    let mut at = root;
    let mut way = Vec::new();
    for part in name.split('.') {
        if at.is_primitive() {
            return None;
        }
        at = at.get_fields().iter().find(|field| field.name() == part)?;
        way.push(part.to_owned());
    }
    Some(way)
}

fn leaves(schema: &SchemaDescriptor, way: &[String]) -> Vec<usize> {
    (0..schema.num_columns())
        .filter(|&leaf| schema.column(leaf).path().parts().starts_with(way))
        .collect()
}

fn follow(batch: &RecordBatch, way: &[String]) -> Option<ArrayRef> {
    let (first, rest) = way.split_first()?;
    let mut array = Arc::clone(batch.column_by_name(first)?);
    for part in rest {
        let nested = array.as_any().downcast_ref::<StructArray>()?;
        array = Arc::clone(nested.column_by_name(part)?);
    }
    Some(array)
}

/// The bytes of a cell; none for null and for what is not text.
fn bytes_at(array: &ArrayRef, index: usize) -> Option<&[u8]> {
    if array.is_null(index) {
        return None;
    }
    match array.data_type() {
        DataType::Binary => Some(array.as_binary::<i32>().value(index)),
        DataType::LargeBinary => Some(array.as_binary::<i64>().value(index)),
        DataType::BinaryView => Some(array.as_binary_view().value(index)),
        DataType::Utf8 => Some(array.as_string::<i32>().value(index).as_bytes()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(index).as_bytes()),
        DataType::Utf8View => Some(array.as_string_view().value(index).as_bytes()),
        _ => None,
    }
}

/// The text of a cell; a list of texts (licences) reads as all of them together.
fn words_at(array: &ArrayRef, index: usize) -> Option<String> {
    if array.is_null(index) {
        return None;
    }
    let text = match array.data_type() {
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(index);
            let items: Vec<String> = (0..items.len())
                .filter_map(|item| words_at(&items, item))
                .collect();
            all_of(&items)
        }
        _ => String::from_utf8_lossy(bytes_at(array, index)?).into_owned(),
    };
    (!text.trim().is_empty()).then_some(text)
}
