//! What a recipe's inputs come to: a sorted list of files, and why some of them cannot be
//! read. Never reads what is in a file, a Parquet file's list of columns excepted.

use std::io;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use serde::{Deserialize, Serialize};
use unitmill_model::RejectReason;
use walkdir::WalkDir;

use crate::fields::RowFields;
use crate::parquet_rows;
use crate::read::FileRefusal;

/// One input of a recipe.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputSpec {
    /// A folder, a file, or a glob.
    pub path: String,
    /// Where the rows of containers keep what.
    pub fields: RowFields,
    /// The licence of what states none of its own.
    pub license: Option<String>,
    /// Texts of more bytes than this are rejected.
    pub max_bytes: u64,
}

/// Texts of more bytes than this are rejected unless the recipe says otherwise.
pub const DEFAULT_MAX_BYTES: u64 = 1 << 20;

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
    /// Parquet, one text a row.
    Parquet,
    /// A tar archive of Python files.
    Tar,
    /// The same, through gzip.
    TarGzip,
    /// The same, through Zstandard.
    TarZstd,
    /// A zip archive of Python files; a wheel is one.
    Zip,
}

/// What a message lists: everything that [`InputFormat::of`] knows.
const KNOWN_FORMATS: &str =
    ".py, .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .tar, .tar.gz, .tgz, .tar.zst, .zip or .whl";

impl InputFormat {
    /// The format that a file's name stands for.
    pub fn of(name: &str) -> Option<Self> {
        [
            (".py", Self::Python),
            (".jsonl", Self::Jsonl),
            (".jsonl.gz", Self::JsonlGzip),
            (".jsonl.zst", Self::JsonlZstd),
            (".parquet", Self::Parquet),
            (".tar", Self::Tar),
            (".tar.gz", Self::TarGzip),
            (".tgz", Self::TarGzip),
            (".tar.zst", Self::TarZstd),
            (".zip", Self::Zip),
            (".whl", Self::Zip),
        ]
        .into_iter()
        .find_map(|(suffix, format)| name.ends_with(suffix).then_some(format))
    }
}

/// One file of the input. There may be hundreds of thousands, so it holds nothing that its
/// input knows already.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputFile {
    /// Which of the inputs it belongs to, from 0.
    pub input: u32,
    /// Its path relative to the input's root, with forward slashes; the file's own name
    /// for an input that is a single file.
    pub name: String,
    /// Its size on disk.
    pub bytes: u64,
    /// How it holds source text.
    pub format: InputFormat,
    /// Why it was given up when the run was planned: it is then one reject.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Box<FileRefusal>>,
}

/// Where the files of an input lie on this machine, and how they are read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InputRoot {
    folder: PathBuf,
    /// Where the rows of containers keep what.
    pub fields: RowFields,
    /// The licence of what states none of its own.
    pub license: Option<String>,
    /// Texts of more bytes than this are rejected.
    pub max_bytes: u64,
}

impl InputRoot {
    /// Where a file of the input is.
    pub fn locate(&self, file: &InputFile) -> PathBuf {
        self.folder.join(&file.name)
    }
}

/// The roots of inputs, in order: the folder itself, the folder of a single file, what
/// precedes a glob's first wildcard.
pub fn input_roots(specs: &[InputSpec]) -> Vec<InputRoot> {
    specs
        .iter()
        .map(|spec| InputRoot {
            folder: root_of(&spec.path),
            fields: spec.fields.clone(),
            license: spec.license.clone(),
            max_bytes: spec.max_bytes,
        })
        .collect()
}

fn root_of(path: &str) -> PathBuf {
    let as_path = Path::new(path);
    if as_path.is_dir() {
        return as_path.to_owned();
    }
    if is_glob(path) && !as_path.exists() {
        return as_path
            .components()
            .take_while(|component| !is_glob(&component.as_os_str().to_string_lossy()))
            .collect();
    }
    as_path.parent().unwrap_or(Path::new("")).to_owned()
}

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
        source: io::Error,
    },
    /// The path is a pipe, a device or a socket.
    #[error("input `{path}` is neither a file nor a folder")]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The path is a file of another kind.
    #[error("input `{path}` is not a {KNOWN_FORMATS} file")]
    UnknownFormat {
        /// The path.
        path: PathBuf,
    },
    /// A Parquet file, named as an input, without the column that holds the text.
    #[error("input `{path}` {problem}; name the column that holds the source text with text_field")]
    NoTextColumn {
        /// The path.
        path: PathBuf,
        /// What its columns are.
        problem: String,
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
    #[error("input `{path}` holds no {KNOWN_FORMATS} file")]
    NothingFound {
        /// The path or the pattern.
        path: String,
    },
}

/// The files of all inputs: those of the first input first, each input's own sorted by
/// name. Links to files and folders are followed, those that lead back to a folder that
/// holds them are left out. What has the name of a source file and cannot be one (a pipe, a
/// link to nowhere, a file that may not be read) is in the list with its refusal, so that
/// it is counted and the rest goes on.
///
/// # Errors
/// A path that does not exist or cannot be read, and an input without a single file.
pub fn plan_inputs(specs: &[InputSpec]) -> Result<Vec<InputFile>, CorpusError> {
    let mut all = Vec::new();
    for (input, spec) in specs.iter().enumerate() {
        let files = plan_input(input as u32, spec)?;
        if files.is_empty() {
            return Err(CorpusError::NothingFound {
                path: spec.path.clone(),
            });
        }
        all.extend(files);
    }
    Ok(all)
}

fn plan_input(input: u32, spec: &InputSpec) -> Result<Vec<InputFile>, CorpusError> {
    let path = Path::new(&spec.path);
    let unreadable = |source| CorpusError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound && is_glob(&spec.path) => {
            return plan_glob(input, spec);
        }
        Err(source) => return Err(unreadable(source)),
    };
    if metadata.is_dir() {
        return collect(path, input, |_| true);
    }
    if !metadata.is_file() {
        return Err(CorpusError::NotAFile {
            path: path.to_owned(),
        });
    }
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::InvalidInput,
            "its name is not UTF-8",
        )));
    };
    let Some(format) = InputFormat::of(name) else {
        return Err(CorpusError::UnknownFormat {
            path: path.to_owned(),
        });
    };
    // Opening it now lets an unreadable file be an error before anything has run.
    std::fs::File::open(path).map_err(unreadable)?;
    if format == InputFormat::Parquet {
        parquet_rows::check_columns(path, &spec.fields).map_err(|problem| {
            CorpusError::NoTextColumn {
                path: path.to_owned(),
                problem,
            }
        })?;
    }
    Ok(vec![InputFile {
        input,
        name: name.to_owned(),
        bytes: metadata.len(),
        format,
        refusal: None,
    }])
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '[', '{'])
}

fn plan_glob(input: u32, spec: &InputSpec) -> Result<Vec<InputFile>, CorpusError> {
    let glob = GlobBuilder::new(&spec.path)
        .literal_separator(true)
        .build()
        .map_err(|error| CorpusError::BadGlob {
            pattern: spec.path.clone(),
            message: error.kind().to_string(),
        })?
        .compile_matcher();
    let root = root_of(&spec.path);
    let walked = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &root
    };
    collect(walked, input, |path| {
        glob.is_match(path.strip_prefix("./").unwrap_or(path))
    })
}

/// Where Python puts what it compiled, and nothing else: a third of the folders of an
/// installed library.
const COMPILED_FOLDER: &str = "__pycache__";

/// The files below a folder whose names say that they hold source text and that `wanted`
/// takes.
fn collect(
    root: &Path,
    input: u32,
    wanted: impl Fn(&Path) -> bool,
) -> Result<Vec<InputFile>, CorpusError> {
    let mut files = Vec::new();
    // In any order: what is found is sorted at the end.
    let walk = WalkDir::new(root)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != COMPILED_FOLDER);
    for entry in walk {
        let (path, found) = match &entry {
            // Most files of a folder hold no source; they need not be looked at.
            Ok(entry)
                if entry.file_type().is_file()
                    && InputFormat::of(&entry.file_name().to_string_lossy()).is_none() =>
            {
                continue;
            }
            Ok(entry) => (entry.path(), look_at(entry)),
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => {
                let path = error.path().unwrap_or(root);
                let message = error.io_error().map_or_else(String::new, describe);
                if error.depth() == 0 {
                    let source = error
                        .io_error()
                        .map_or(io::ErrorKind::Other, io::Error::kind);
                    return Err(CorpusError::Unreadable {
                        path: path.to_owned(),
                        source: io::Error::new(source, message),
                    });
                }
                (path, Found::Refused(message))
            }
        };
        let is_folder = matches!(found, Found::Folder)
            // A folder that cannot be listed: what is in it is not known, that it is there is.
            || matches!(&found, Found::Refused(_)) && path.is_dir();
        if matches!(found, Found::Folder) || !is_folder && !wanted(path) {
            continue;
        }
        let relative = path.strip_prefix(root).unwrap_or(path);
        let name = relative
            .components()
            .map(|component| component.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let format = match InputFormat::of(&name) {
            Some(format) => format,
            None if is_folder => InputFormat::Python,
            None => continue,
        };
        let (bytes, refusal) = match found {
            _ if relative.to_str().is_none() => {
                (0, Some("its name is not UTF-8; rename it".to_owned()))
            }
            Found::File(bytes) => (bytes, None),
            Found::Folder => continue,
            Found::Refused(detail) => (0, Some(detail)),
        };
        files.push(InputFile {
            input,
            name,
            bytes,
            format,
            refusal: refusal
                .map(|detail| Box::new(FileRefusal::new(RejectReason::Unreadable, detail))),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// What the walk met at a path.
enum Found {
    File(u64),
    Folder,
    Refused(String),
}

fn look_at(entry: &walkdir::DirEntry) -> Found {
    let kind = entry.file_type();
    if kind.is_dir() {
        return Found::Folder;
    }
    if !kind.is_file() {
        return Found::Refused("a pipe, a socket or a device".to_owned());
    }
    match entry.metadata() {
        Ok(metadata) => Found::File(metadata.len()),
        Err(error) => Found::Refused(error.io_error().map_or_else(String::new, describe)),
    }
}

/// What an error says, without the numbers of an operating system.
pub(crate) fn describe(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "a link that leads nowhere, or a file that is gone".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
