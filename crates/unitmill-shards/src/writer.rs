//! Rows to files: Parquet for runs, JSON lines for whoever asked for them.
//!
//! The bytes of a file depend on its rows, its format and this crate's version, on nothing
//! else: rows are cut into row groups by their number and their text, not by what an
//! encoder happens to have buffered, and no time, host or build enters the footer.
//!
//! A writer holds at most one row group in memory. It never decides where a file belongs;
//! see `RunDirectory` for that.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::ZstdLevel;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;
use serde_arrow::ArrayBuilder;

use crate::staging::{FinishedFile, SealedFile, StagedFile, split};
use crate::{Row, ShardsError};

/// The writer's name in every footer; never the version of a library or a build.
const CREATED_BY: &str = "unitmill version 1";

/// Columns of long texts. A dictionary of them costs memory and saves nothing; their least
/// and greatest value would be found by comparing long beginnings, and say nothing.
const LONG_TEXT_COLUMNS: &[&str] = &[
    "code",
    "context",
    "function",
    "prefix",
    "prompt",
    "completion",
    "tests",
    "test",
    "reply",
];

/// Columns whose values come once each, so that a dictionary saves nothing.
const UNIQUE_COLUMNS: &[&str] = &["id", "key", "fingerprint"];

/// Columns of texts that come again and again, and that nobody looks up by their order.
const UNORDERED_COLUMNS: &[&str] = &["imports"];

/// Rows are handed to the encoder in batches of at most this many rows ...
const ROWS_PER_BATCH: u64 = 1024;
/// ... and of at most about this much text; more would be copied out of the cache and back.
const BYTES_PER_BATCH: usize = 1 << 20;

/// How a Parquet file compresses its pages: `output.compression` of a recipe.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Compression {
    /// Zstandard, at [`ParquetSettings::level`].
    #[default]
    Zstd,
    /// Snappy.
    Snappy,
    /// As they are.
    None,
}

/// How Parquet files are cut and compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParquetSettings {
    /// Page compression.
    pub compression: Compression,
    /// Level of Zstandard: 1 is twice as fast as 3, and its files a tenth larger.
    pub level: i32,
    /// A row group ends after this many rows.
    pub rows_per_group: u64,
    /// A row group ends after about this much text, in bytes; bounds a writer's memory.
    pub bytes_per_group: usize,
}

impl Default for ParquetSettings {
    fn default() -> Self {
        Self {
            compression: Compression::default(),
            level: 1,
            rows_per_group: 16_384,
            bytes_per_group: 32 << 20,
        }
    }
}

impl ParquetSettings {
    fn properties(&self) -> WriterProperties {
        let compression = match self.compression {
            Compression::Zstd => parquet::basic::Compression::ZSTD(
                ZstdLevel::try_new(self.level).expect("a level of Zstandard"),
            ),
            Compression::Snappy => parquet::basic::Compression::SNAPPY,
            Compression::None => parquet::basic::Compression::UNCOMPRESSED,
        };
        let mut builder = WriterProperties::builder();
        for column in UNIQUE_COLUMNS.iter().chain(LONG_TEXT_COLUMNS) {
            builder = builder.set_column_dictionary_enabled(ColumnPath::from(*column), false);
        }
        for column in UNORDERED_COLUMNS.iter().chain(LONG_TEXT_COLUMNS) {
            let column = ColumnPath::from(*column);
            builder = builder.set_column_statistics_enabled(column, EnabledStatistics::None);
        }
        builder
            .set_compression(compression)
            .set_created_by(CREATED_BY.to_owned())
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            // Row groups are ended by hand, in `push`.
            .set_max_row_group_row_count(None)
            .set_max_row_group_bytes(None)
            .build()
    }
}

/// Streams rows into a Parquet file that gets its name when it is finished.
pub(crate) struct ParquetRowWriter<R: Row> {
    writer: ArrowWriter<StagedFile>,
    temporary: PathBuf,
    builder: ArrayBuilder,
    published: Arc<Schema>,
    settings: ParquetSettings,
    batch_rows: u64,
    batch_bytes: usize,
    group_rows: u64,
    group_bytes: usize,
    rows: u64,
    record: std::marker::PhantomData<fn(R)>,
}

impl<R: Row> ParquetRowWriter<R> {
    /// Starts a file in `folder`; `stem` only shows in the temporary name.
    pub(crate) fn create(
        folder: &Path,
        stem: &str,
        settings: &ParquetSettings,
        published: Arc<Schema>,
    ) -> Result<Self, ShardsError> {
        let staged = StagedFile::create(folder, stem)?;
        let temporary = staged.path().to_owned();
        let encode = |message: String| ShardsError::Encode {
            path: temporary.clone(),
            record: R::NAME,
            message,
        };
        let builder = ArrayBuilder::from_arrow(R::schema().fields())
            .map_err(|error| encode(error.to_string()))?;
        let options = ArrowWriterOptions::new()
            .with_properties(settings.properties())
            // All columns are plain Parquet types, so the Arrow schema would add nothing.
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(staged, published.clone(), options)
            .map_err(|error| encode(error.to_string()))?;
        Ok(Self {
            writer,
            temporary,
            builder,
            published,
            settings: *settings,
            batch_rows: 0,
            batch_bytes: 0,
            group_rows: 0,
            group_bytes: 0,
            rows: 0,
            record: std::marker::PhantomData,
        })
    }

    /// Adds one row.
    ///
    /// # Errors
    /// [`ShardsError::Encode`], a full disk included.
    pub(crate) fn push(&mut self, row: &R) -> Result<(), ShardsError> {
        self.builder
            .push(row)
            .map_err(|error| self.encode_error(error.to_string()))?;
        let bytes = row.text_bytes();
        self.rows += 1;
        self.batch_rows += 1;
        self.batch_bytes += bytes;
        self.group_rows += 1;
        self.group_bytes += bytes;
        let group_is_full = self.group_rows >= self.settings.rows_per_group
            || self.group_bytes >= self.settings.bytes_per_group;
        if group_is_full || self.batch_rows >= ROWS_PER_BATCH || self.batch_bytes >= BYTES_PER_BATCH
        {
            self.write_batch()?;
        }
        if group_is_full {
            self.writer
                .flush()
                .map_err(|error| self.encode_error(error.to_string()))?;
            self.group_rows = 0;
            self.group_bytes = 0;
        }
        Ok(())
    }

    /// How many rows were added so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Completes the file at `path`, in the folder that it was started in.
    pub(crate) fn finish_at(self, path: &Path) -> Result<FinishedFile, ShardsError> {
        self.finish_named(|_| path.to_owned())
    }

    /// Completes the file under the path that `name` makes of its digest.
    pub(crate) fn finish_named(
        self,
        name: impl FnOnce(&SealedFile) -> PathBuf,
    ) -> Result<FinishedFile, ShardsError> {
        let rows = self.rows;
        let sealed = self.seal()?;
        let path = name(&sealed);
        place(sealed, path, rows)
    }

    fn seal(mut self) -> Result<SealedFile, ShardsError> {
        self.write_batch()?;
        let temporary = self.temporary;
        self.writer
            .into_inner()
            .map_err(|error| ShardsError::Encode {
                path: temporary,
                record: R::NAME,
                message: error.to_string(),
            })?
            .seal()
    }

    fn write_batch(&mut self) -> Result<(), ShardsError> {
        if self.batch_rows == 0 {
            return Ok(());
        }
        let columns = self
            .builder
            .to_arrow()
            .map_err(|error| self.encode_error(error.to_string()))?;
        let batch = RecordBatch::try_new(self.published.clone(), columns)
            .map_err(|error| self.encode_error(error.to_string()))?;
        self.writer
            .write(&batch)
            .map_err(|error| self.encode_error(error.to_string()))?;
        self.batch_rows = 0;
        self.batch_bytes = 0;
        Ok(())
    }

    fn encode_error(&self, message: String) -> ShardsError {
        ShardsError::Encode {
            path: self.temporary.clone(),
            record: R::NAME,
            message,
        }
    }
}

/// Streams rows into a file of JSON lines that gets its name when it is finished.
struct JsonLinesWriter<R: Row> {
    staged: StagedFile,
    rows: u64,
    record: std::marker::PhantomData<fn(R)>,
}

impl<R: Row> JsonLinesWriter<R> {
    fn push(&mut self, row: &R) -> Result<(), ShardsError> {
        let encoded = serde_json::to_writer(&mut self.staged, row)
            .map_err(std::io::Error::from)
            .and_then(|()| self.staged.write_all(b"\n"));
        encoded.map_err(|error| ShardsError::Encode {
            path: self.staged.path().to_owned(),
            record: R::NAME,
            message: error.to_string(),
        })?;
        self.rows += 1;
        Ok(())
    }
}

fn place(sealed: SealedFile, path: PathBuf, rows: u64) -> Result<FinishedFile, ShardsError> {
    let (bytes, sha256) = (sealed.bytes, sealed.sha256);
    sealed.place(&path)?;
    Ok(FinishedFile {
        path,
        rows,
        bytes,
        sha256,
    })
}

/// The formats of files outside a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileFormat {
    /// `.parquet`
    Parquet,
    /// `.jsonl`
    JsonLines,
}

impl FileFormat {
    /// The format that a file name asks for.
    ///
    /// # Errors
    /// [`ShardsError::UnknownFormat`] for anything but `.parquet` and `.jsonl`.
    pub fn of(path: &Path) -> Result<Self, ShardsError> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("parquet") => Ok(Self::Parquet),
            Some("jsonl") => Ok(Self::JsonLines),
            _ => Err(ShardsError::UnknownFormat {
                path: path.to_owned(),
            }),
        }
    }
}

/// Streams rows to a file outside a run, in the format of its name; what `extract --out`
/// and `exec --out` write. The file appears when it is finished, replacing what was there.
pub struct RowFileWriter<R: Row> {
    path: PathBuf,
    format: Format<R>,
}

enum Format<R: Row> {
    Parquet(Box<ParquetRowWriter<R>>),
    JsonLines(JsonLinesWriter<R>),
}

impl<R: Row> RowFileWriter<R> {
    /// Starts a file that will be at `path`, whose folder must exist.
    ///
    /// # Errors
    /// [`ShardsError::UnknownFormat`]; [`ShardsError::Io`] if the folder cannot be
    /// written.
    pub fn create(path: &Path, settings: &ParquetSettings) -> Result<Self, ShardsError> {
        let (folder, name) = split(path);
        let format = match FileFormat::of(path)? {
            FileFormat::Parquet => Format::Parquet(Box::new(ParquetRowWriter::create(
                folder,
                &name,
                settings,
                R::schema(),
            )?)),
            FileFormat::JsonLines => Format::JsonLines(JsonLinesWriter {
                staged: StagedFile::create(folder, &name)?,
                rows: 0,
                record: std::marker::PhantomData,
            }),
        };
        Ok(Self {
            path: path.to_owned(),
            format,
        })
    }

    /// Adds one row.
    ///
    /// # Errors
    /// [`ShardsError::Encode`], a full disk included.
    pub fn push(&mut self, row: &R) -> Result<(), ShardsError> {
        match &mut self.format {
            Format::Parquet(writer) => writer.push(row),
            Format::JsonLines(writer) => writer.push(row),
        }
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// [`ShardsError::Encode`] or [`ShardsError::Io`].
    pub fn finish(self) -> Result<FinishedFile, ShardsError> {
        match self.format {
            Format::Parquet(writer) => writer.finish_at(&self.path),
            Format::JsonLines(writer) => {
                let rows = writer.rows;
                place(writer.staged.seal()?, self.path, rows)
            }
        }
    }
}
