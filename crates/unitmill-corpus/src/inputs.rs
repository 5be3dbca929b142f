//! What a recipe's inputs come to: a sorted list of files, cut into parts. Never opens a
//! file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

/// One input of a recipe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputSpec {
    /// A folder, a file, or a glob.
    pub path: String,
    /// Where the rows of containers keep what.
    pub fields: RowFields,
    /// Texts of more bytes than this are rejected.
    pub max_bytes: u64,
}

/// Texts of more bytes than this are rejected unless the recipe says otherwise.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 20;

/// Names of the fields of a container's rows. A dotted name (`meta.license`) reaches into
/// nested objects, unless a field of exactly that name exists.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowFields {
    /// The source text.
    pub text: String,
    /// The licence: a string, or a list of strings.
    pub license: String,
    /// The repository.
    pub repo: String,
    /// The path inside the repository.
    pub path: String,
}

impl Default for RowFields {
    fn default() -> Self {
        Self {
            text: "content".to_owned(),
            license: "license".to_owned(),
            repo: "repo".to_owned(),
            path: "path".to_owned(),
        }
    }
}

/// How a file holds source text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputFormat {
    /// A Python file.
    Python,
    /// JSON, one row a line.
    Jsonl,
    /// The same, through gzip.
    JsonlGzip,
    /// The same, through Zstandard.
    JsonlZstd,
}

impl InputFormat {
    fn of(name: &str) -> Option<Self> {
        [
            (".py", Self::Python),
            (".jsonl", Self::Jsonl),
            (".jsonl.gz", Self::JsonlGzip),
            (".jsonl.zst", Self::JsonlZstd),
        ]
        .into_iter()
        .find_map(|(suffix, format)| name.ends_with(suffix).then_some(format))
    }
}

/// One file of the input.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputFile {
    /// Where it is.
    pub location: PathBuf,
    /// Its path relative to the input's root, with forward slashes; the file's own name
    /// for an input that is a single file.
    pub name: String,
    /// Its size on disk.
    pub bytes: u64,
    /// How it holds source text.
    pub format: InputFormat,
    /// For containers: where the rows keep what.
    pub fields: RowFields,
    /// Texts of more bytes than this are rejected.
    pub max_bytes: u64,
}

/// Parts are cut at about this size unless the recipe says otherwise.
pub const DEFAULT_PART_BYTES: u64 = 32 << 20;

/// A corpus that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The path cannot be read.
    #[error("input `{path}` cannot be read; check the path and its permissions")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The path is a file of another kind.
    #[error("input `{path}` is not a .py, .jsonl, .jsonl.gz or .jsonl.zst file")]
    UnknownFormat {
        /// The path.
        path: PathBuf,
    },
    /// The glob is malformed.
    #[error("input `{pattern}` is not a valid glob: {message}")]
    BadGlob {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
    /// Nothing there to read.
    #[error("input `{path}` holds no .py, .jsonl, .jsonl.gz or .jsonl.zst file")]
    NothingFound {
        /// The path or the pattern.
        path: String,
    },
}

/// The files of all inputs: those of the first input first, each input's own sorted by
/// name. Links are followed, loops are left out.
///
/// # Errors
/// A path that does not exist or cannot be read, and an input without a single file.
pub fn plan_inputs(specs: &[InputSpec]) -> Result<Vec<InputFile>, CorpusError> {
    let mut all = Vec::new();
    for spec in specs {
        let files = plan_input(spec)?;
        if files.is_empty() {
            return Err(CorpusError::NothingFound {
                path: spec.path.clone(),
            });
        }
        all.extend(files);
    }
    Ok(all)
}

fn plan_input(spec: &InputSpec) -> Result<Vec<InputFile>, CorpusError> {
    let path = Path::new(&spec.path);
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_glob(&spec.path) => {
            return plan_glob(spec);
        }
        Err(source) => {
            return Err(CorpusError::Unreadable {
                path: path.to_owned(),
                source,
            });
        }
    };
    if metadata.is_dir() {
        return collect(path, spec, |_| true);
    }
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let Some(format) = InputFormat::of(&name) else {
        return Err(CorpusError::UnknownFormat {
            path: path.to_owned(),
        });
    };
    // Opening it now lets an unreadable file be an error before anything has run.
    std::fs::File::open(path).map_err(|source| CorpusError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    Ok(vec![InputFile {
        location: path.to_owned(),
        name,
        bytes: metadata.len(),
        format,
        fields: spec.fields.clone(),
        max_bytes: spec.max_bytes,
    }])
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

fn plan_glob(spec: &InputSpec) -> Result<Vec<InputFile>, CorpusError> {
    let glob = GlobBuilder::new(&spec.path)
        .literal_separator(true)
        .build()
        .map_err(|error| CorpusError::BadGlob {
            pattern: spec.path.clone(),
            message: error.kind().to_string(),
        })?
        .compile_matcher();
    // The root is what precedes the first component with a wildcard.
    let mut root = PathBuf::new();
    for component in Path::new(&spec.path).components() {
        if is_glob(&component.as_os_str().to_string_lossy()) {
            break;
        }
        root.push(component);
    }
    let walked = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &root
    };
    collect(walked, spec, |path| {
        glob.is_match(path.strip_prefix("./").unwrap_or(path))
    })
}

/// The files below a folder that hold source text and that `wanted` takes.
fn collect(
    root: &Path,
    spec: &InputSpec,
    wanted: impl Fn(&Path) -> bool,
) -> Result<Vec<InputFile>, CorpusError> {
    let mut files = Vec::new();
    for entry in WalkDir::new(root).follow_links(true).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => {
                let path = error.path().unwrap_or(root).to_owned();
                let depth = error.depth();
                let source = std::io::Error::from(error);
                if depth > 0 && source.kind() == std::io::ErrorKind::NotFound {
                    // A link that points nowhere.
                    continue;
                }
                return Err(CorpusError::Unreadable { path, source });
            }
        };
        if !entry.file_type().is_file() || !wanted(entry.path()) {
            continue;
        }
        let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
        let name = relative
            .components()
            .map(|component| component.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let Some(format) = InputFormat::of(&name) else {
            continue;
        };
        let metadata = entry.metadata().map_err(|error| CorpusError::Unreadable {
            path: entry.path().to_owned(),
            source: error.into(),
        })?;
        files.push(InputFile {
            location: entry.path().to_owned(),
            name,
            bytes: metadata.len(),
            format,
            fields: spec.fields.clone(),
            max_bytes: spec.max_bytes,
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Cuts a list of files into parts of about `part_bytes`, as ranges of the list:
/// consecutive files share a part until it is full. A file that fills a part alone has one
/// of its own.
pub fn group_parts(files: &[InputFile], part_bytes: u64) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut filled = 0u64;
    for (index, file) in files.iter().enumerate() {
        match parts.last_mut() {
            Some(part)
                if filled < part_bytes && filled.saturating_add(file.bytes) <= part_bytes =>
            {
                part.end = index + 1;
                filled += file.bytes;
            }
            _ => {
                parts.push(index..index + 1);
                filled = file.bytes;
            }
        }
    }
    parts
}
