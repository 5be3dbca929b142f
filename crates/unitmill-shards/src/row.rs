//! The one Parquet mapping of each record.
//!
//! Every column is named and typed here by hand; nothing is inferred from samples, so an
//! empty file has the same schema as a full one. Ids, digests and closed vocabularies are
//! strings, lists are lists of strings, an `Option` is a nullable column.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use unitmill_model::{
    Attempt, BenchmarkItem, Candidate, CandidateKey, CandidateSketch, CandidateText, DuplicateDrop,
    ExecInput, ExecVerdict, NearNeighbour, Pair, Reject, SketchBands, SketchContamination,
    SketchShingles,
};

/// A record that has a Parquet mapping.
pub trait Row: Serialize + DeserializeOwned + Send + 'static {
    /// What the record is called in messages: `candidate`.
    const NAME: &'static str;

    /// Other names that a column may have in a file: `(in the file, in the record)`.
    const ALIASES: &'static [(&'static str, &'static str)] = &[];

    /// The columns, in the order of the record's fields.
    fn schema() -> Arc<Schema>;

    /// About how many bytes of text the record holds; what bounds a writer's memory.
    fn text_bytes(&self) -> usize;
}

fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

fn optional_text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn texts(name: &str) -> Field {
    // `element` is the name that the Parquet specification asks for.
    let element = Field::new("element", DataType::Utf8, false);
    Field::new(name, DataType::List(Arc::new(element)), false)
}

fn count(name: &str) -> Field {
    Field::new(name, DataType::UInt32, false)
}

fn wide_count(name: &str) -> Field {
    Field::new(name, DataType::UInt64, false)
}

fn wide_counts(name: &str) -> Field {
    let element = Field::new("element", DataType::UInt64, false);
    Field::new(name, DataType::List(Arc::new(element)), false)
}

fn flag(name: &str) -> Field {
    Field::new(name, DataType::Boolean, false)
}

fn length(text: &Option<String>) -> usize {
    text.as_ref().map_or(0, String::len)
}

/// Implements [`Row`] with a schema that is built once.
macro_rules! row {
    ($record:ty, $name:literal, aliases: $aliases:expr, [$($field:expr),* $(,)?], $text_bytes:expr) => {
        impl Row for $record {
            const NAME: &'static str = $name;
            const ALIASES: &'static [(&'static str, &'static str)] = $aliases;

            fn schema() -> Arc<Schema> {
                static SCHEMA: LazyLock<Arc<Schema>> =
                    LazyLock::new(|| Arc::new(Schema::new(vec![$($field),*])));
                SCHEMA.clone()
            }

            fn text_bytes(&self) -> usize {
                let measure: fn(&Self) -> usize = $text_bytes;
                measure(self)
            }
        }
    };
}

row!(
    Candidate,
    "candidate",
    aliases: &[],
    [
        text("id"),
        text("name"),
        text("code"),
        text("imports"),
        text("context"),
        text("function"),
        texts("packages"),
        texts("apis"),
        texts("unresolved"),
        optional_text("repo"),
        optional_text("license"),
        text("path"),
        text("source_sha256"),
        count("first_line"),
        count("last_line"),
        text("fingerprint"),
    ],
    |row| 2 * row.code.len() + 512
);

row!(
    CandidateKey,
    "candidate",
    aliases: &[],
    [
        text("id"),
        text("fingerprint"),
        optional_text("license"),
        optional_text("repo"),
        text("path"),
        count("first_line"),
    ],
    |row| row.path.len() + 256
);

row!(
    Reject,
    "reject",
    aliases: &[],
    [
        text("stage"),
        text("unit"),
        text("reason"),
        text("detail"),
        optional_text("candidate_id"),
        optional_text("kept_id"),
        optional_text("repo"),
        text("path"),
        text("name"),
        count("first_line"),
        texts("packages"),
    ],
    |row| row.detail.len() + row.path.len() + 256
);

row!(
    Attempt,
    "attempt",
    aliases: &[],
    [
        text("candidate_id"),
        count("sequence"),
        text("kind"),
        text("step"),
        count("round"),
        count("sample"),
        text("key"),
        text("model"),
        count("prompt_tokens"),
        count("completion_tokens"),
        optional_text("reply"),
        optional_text("code"),
        optional_text("tests"),
        optional_text("verdict"),
        count("tests_run"),
        count("tests_passed"),
        text("detail"),
        wide_count("duration_ms"),
        count("resent"),
        texts("failures"),
        flag("replayed"),
    ],
    |row| {
        length(&row.reply)
            + length(&row.code)
            + length(&row.tests)
            + row.detail.len()
            + 256
    }
);

row!(
    Pair,
    "pair",
    aliases: &[("prompt", "prefix")],
    [
        text("id"),
        text("prefix"),
        text("completion"),
        text("tests"),
        texts("packages"),
        texts("apis"),
        optional_text("license"),
        optional_text("repo"),
        text("path"),
        text("source_sha256"),
        text("test_origin"),
        text("verification"),
        count("fix_rounds"),
        flag("refined"),
        count("tests_run"),
        text("backend"),
        text("isolation"),
        text("env_digest"),
        texts("models"),
        count("prompt_tokens"),
        count("completion_tokens"),
    ],
    |row| row.prefix.len() + row.completion.len() + row.tests.len() + 512
);

row!(
    DuplicateDrop,
    "dropped duplicate",
    aliases: &[],
    [
        count("part"),
        wide_count("row"),
        text("candidate_id"),
        optional_text("kept_id"),
        text("reason"),
        text("detail"),
    ],
    |row| row.detail.len() + 128
);

row!(
    CandidateText,
    "candidate",
    aliases: &[],
    [text("name"), text("code"), text("function")],
    |row| row.code.len() + row.function.len()
);

row!(
    CandidateSketch,
    "sketch",
    aliases: &[],
    [
        optional_text("contamination"),
        wide_count("set"),
        wide_counts("bands"),
        wide_counts("shingles"),
    ],
    |row| 8 * (row.bands.len() + row.shingles.len()) + length(&row.contamination) + 16
);

row!(
    SketchBands,
    "sketch",
    aliases: &[],
    [
        optional_text("contamination"),
        wide_count("set"),
        wide_counts("bands"),
    ],
    |row| 8 * row.bands.len() + length(&row.contamination) + 16
);

row!(
    SketchContamination,
    "sketch",
    aliases: &[],
    [optional_text("contamination")],
    |row| length(&row.contamination) + 16
);

row!(
    SketchShingles,
    "sketch",
    aliases: &[],
    [wide_counts("shingles")],
    |row| 8 * row.shingles.len() + 16
);

row!(
    NearNeighbour,
    "near neighbour",
    aliases: &[],
    [
        count("part"),
        wide_count("row"),
        count("other_part"),
        wide_count("other_row"),
        count("shared"),
        count("total"),
    ],
    |_| 32
);

row!(
    BenchmarkItem,
    "benchmark item",
    aliases: &[],
    [
        text("task_id"),
        optional_text("prompt"),
        optional_text("text"),
        optional_text("complete_prompt"),
        optional_text("instruct_prompt"),
        optional_text("code_prompt"),
        optional_text("canonical_solution"),
        optional_text("code"),
    ],
    |row| {
        length(&row.prompt) + length(&row.complete_prompt) + length(&row.canonical_solution) + 256
    }
);

row!(
    ExecInput,
    "exec input",
    aliases: &[("tests", "test")],
    [text("id"), text("code"), text("test")],
    |row| row.id.len() + row.code.len() + row.test.len()
);

row!(
    ExecVerdict,
    "exec verdict",
    aliases: &[],
    [
        text("id"),
        text("verdict"),
        count("tests_run"),
        count("tests_passed"),
        wide_count("duration_ms"),
        text("detail"),
        text("isolation"),
    ],
    |row| row.id.len() + row.detail.len() + 64
);

/// How the published pairs name their columns: `output.format` of a recipe.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PairFormat {
    /// `prefix` and `completion`.
    #[default]
    PrefixCompletion,
    /// `prompt` and `completion`, as TRL expects them.
    Trl,
}

impl PairFormat {
    /// The columns of a published shard. [`crate::read_rows`] reads both formats back.
    pub fn schema(self) -> Arc<Schema> {
        match self {
            Self::PrefixCompletion => Pair::schema(),
            Self::Trl => {
                let pair = Pair::schema();
                let fields = pair.fields().iter().map(|field| {
                    if field.name() == "prefix" {
                        Arc::new(field.as_ref().clone().with_name("prompt"))
                    } else {
                        field.clone()
                    }
                });
                Arc::new(Schema::new(fields.collect::<Vec<_>>()))
            }
        }
    }

    /// The column that holds imports, context, signature and docstring.
    pub const fn prefix_column(self) -> &'static str {
        match self {
            Self::PrefixCompletion => "prefix",
            Self::Trl => "prompt",
        }
    }
}
