//! The lazy frames over a run's files, and what little is needed to read results back.
//!
//! Only the columns that are asked for are read. A kind of output without files gives an
//! empty frame of the same columns.

use polars::prelude::*;
use unitmill_shards::{Manifest, OutputKind, RunDirectory};

use crate::AuditError;

/// A column that a query needs.
pub(crate) enum Column {
    Text(&'static str),
    Texts(&'static str),
    Count(&'static str),
    Flag(&'static str),
}

impl Column {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(name) | Self::Texts(name) | Self::Count(name) | Self::Flag(name) => name,
        }
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Text(_) => DataType::String,
            Self::Texts(_) => DataType::List(Box::new(DataType::String)),
            Self::Count(_) => DataType::UInt32,
            Self::Flag(_) => DataType::Boolean,
        }
    }
}

/// The files of a run, as queries see them.
pub(crate) struct Frames<'run> {
    pub(crate) run: &'run RunDirectory,
    pub(crate) manifests: &'run [Manifest],
}

impl Frames<'_> {
    /// The rows of one kind of output, of the manifests that `select` picks.
    pub(crate) fn scan(
        &self,
        kind: OutputKind,
        columns: &[Column],
        select: impl Fn(&Manifest) -> bool,
    ) -> Result<LazyFrame, AuditError> {
        let names = columns.iter().map(|column| col(column.name()));
        let names = names.collect::<Vec<_>>();
        let paths = self
            .manifests
            .iter()
            .filter(|manifest| select(manifest))
            .flat_map(|manifest| manifest.outputs_of(kind))
            // A file without rows adds nothing but work.
            .filter(|output| output.rows > 0)
            .map(|output| PlRefPath::try_from_path(&self.run.path_of(output)))
            .collect::<PolarsResult<Vec<_>>>()
            .map_err(|error| self.failed("files", &error))?;
        if paths.is_empty() {
            let columns = columns.iter().map(|column| {
                polars::prelude::Column::new_empty(column.name().into(), &column.data_type())
            });
            let empty = DataFrame::new(0, columns.collect())
                .map_err(|error| self.failed("files", &error))?;
            return Ok(empty.lazy());
        }
        let arguments = ScanArgsParquet {
            glob: false,
            ..ScanArgsParquet::default()
        };
        LazyFrame::scan_parquet_files(paths.into_iter().collect(), arguments)
            .map(|frame| frame.select(names))
            .map_err(|error| self.failed("files", &error))
    }

    /// Runs a query and keeps its result in memory, for queries on top of it.
    pub(crate) fn materialise(
        &self,
        what: &'static str,
        frame: LazyFrame,
    ) -> Result<LazyFrame, AuditError> {
        let frame = frame.collect().map_err(|error| self.failed(what, &error))?;
        Ok(frame.lazy())
    }

    /// Runs a query.
    pub(crate) fn collect(
        &self,
        what: &'static str,
        frame: LazyFrame,
    ) -> Result<Table, AuditError> {
        let frame = frame.collect().map_err(|error| self.failed(what, &error))?;
        Ok(Table {
            frame,
            what,
            run: self.run.root().display().to_string(),
        })
    }

    fn failed(&self, what: &'static str, error: &PolarsError) -> AuditError {
        AuditError::Query {
            what,
            run: self.run.root().display().to_string(),
            message: error.to_string(),
        }
    }
}

/// A small result.
pub(crate) struct Table {
    frame: DataFrame,
    what: &'static str,
    run: String,
}

impl Table {
    pub(crate) fn height(&self) -> usize {
        self.frame.height()
    }

    /// A column of counts; nulls count as 0.
    pub(crate) fn counts(&self, name: &str) -> Result<Vec<u64>, AuditError> {
        let read = || -> PolarsResult<Vec<u64>> {
            let column = self.frame.column(name)?.cast(&DataType::UInt64)?;
            Ok(column
                .u64()?
                .iter()
                .map(|value| value.unwrap_or(0))
                .collect())
        };
        read().map_err(|error| self.failed(&error))
    }

    /// A column of text; nulls become `null`.
    pub(crate) fn texts(&self, name: &str, null: &str) -> Result<Vec<String>, AuditError> {
        let read = || -> PolarsResult<Vec<String>> {
            let column = self.frame.column(name)?.cast(&DataType::String)?;
            let values = column.str()?.iter();
            Ok(values
                .map(|value| value.unwrap_or(null).to_owned())
                .collect())
        };
        read().map_err(|error| self.failed(&error))
    }

    /// The single value of a column of counts.
    pub(crate) fn total(&self, name: &str) -> Result<u64, AuditError> {
        Ok(self.counts(name)?.into_iter().sum())
    }

    fn failed(&self, error: &PolarsError) -> AuditError {
        AuditError::Query {
            what: self.what,
            run: self.run.clone(),
            message: error.to_string(),
        }
    }
}
