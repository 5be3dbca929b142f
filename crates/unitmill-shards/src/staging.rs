//! Files that get their name last.
//!
//! A staged file is written under a temporary name inside its destination folder, hashed
//! on the way, synced, and only then given its name; the folder is synced after that. A
//! reader therefore never meets a half-written file under a final name, and a process
//! that dies leaves nothing but a `.partial` file, which publishing sweeps.
//!
//! Never decides on a name and never writes a manifest.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use unitmill_model::Digest;

use crate::ShardsError;

/// What temporary names end in.
pub(crate) const PARTIAL: &str = ".partial";

/// A finished file in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FinishedFile {
    /// Where it is.
    pub path: PathBuf,
    /// How many rows it holds.
    pub rows: u64,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// A file being written under a temporary name; removed on drop unless placed.
pub(crate) struct StagedFile {
    path: TemporaryPath,
    file: BufWriter<File>,
    hasher: Sha256,
    bytes: u64,
}

/// A staged file whose bytes are complete and synced.
pub(crate) struct SealedFile {
    path: TemporaryPath,
    pub(crate) bytes: u64,
    pub(crate) sha256: Digest,
}

/// Removes what it points to on drop, unless it was moved away.
struct TemporaryPath(Option<PathBuf>);

impl TemporaryPath {
    fn get(&self) -> &Path {
        self.0
            .as_deref()
            .expect("only `place` takes the path, and it consumes the file")
    }
}

impl Drop for TemporaryPath {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // Nobody is left to tell: this runs while another error is on its way, and a
            // leftover is swept at publishing.
            drop(fs::remove_file(path));
        }
    }
}

impl StagedFile {
    /// Creates a new temporary file in `folder`; `stem` is only there for people.
    pub(crate) fn create(folder: &Path, stem: &str) -> Result<Self, ShardsError> {
        let (path, file) = create_temporary(folder, stem)?;
        Ok(Self {
            path: TemporaryPath(Some(path)),
            file: BufWriter::with_capacity(1 << 16, file),
            hasher: Sha256::new(),
            bytes: 0,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.path.get()
    }

    /// Flushes and syncs.
    pub(crate) fn seal(self) -> Result<SealedFile, ShardsError> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .map_err(ShardsError::io("write", self.path.get()))?;
        file.sync_all()
            .map_err(ShardsError::io("sync", self.path.get()))?;
        Ok(SealedFile {
            path: self.path,
            bytes: self.bytes,
            sha256: Digest::from_bytes(self.hasher.finalize().into()),
        })
    }
}

impl Write for StagedFile {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write_all(buffer)?;
        self.hasher.update(buffer);
        self.bytes += buffer.len() as u64;
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl SealedFile {
    /// Moves the file to `destination` in the same folder and syncs the folder. What is
    /// there already is replaced: under a name that carries the digest it is the same
    /// bytes, and elsewhere replacing is what the caller asked for.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that gives a file its name"
    )]
    pub(crate) fn place(mut self, destination: &Path) -> Result<(), ShardsError> {
        if let Some(path) = self.path.0.take() {
            fs::rename(&path, destination).map_err(|source| {
                if source.kind() == io::ErrorKind::NotFound && !path.exists() {
                    ShardsError::Swept { path: path.clone() }
                } else {
                    ShardsError::Io {
                        action: "name",
                        path: destination.to_owned(),
                        source,
                    }
                }
            })?;
        }
        sync_folder_of(destination)
    }

    /// The temporary path, for linking.
    pub(crate) fn temporary_path(&self) -> &Path {
        self.path.get()
    }
}

/// Creates a file that did not exist: two processes, on two machines even, never share one.
fn create_temporary(folder: &Path, stem: &str) -> Result<(PathBuf, File), ShardsError> {
    let process = std::process::id();
    let mut attempt = 0_u32;
    loop {
        let path = folder.join(format!(".{stem}.{process}-{attempt}{PARTIAL}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => attempt += 1,
            Err(error) => return Err(ShardsError::io("create", path)(error)),
        }
    }
}

/// Makes the names inside the folder that holds `path` durable.
pub(crate) fn sync_folder_of(path: &Path) -> Result<(), ShardsError> {
    let (folder, _) = split(path);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(ShardsError::io("sync", folder))
}

/// Replaces a file in one step: readers see the old bytes or the new ones.
///
/// # Errors
/// [`ShardsError::Io`].
pub fn replace_file(path: &Path, contents: &[u8]) -> Result<(), ShardsError> {
    let (folder, name) = split(path);
    let mut staged = StagedFile::create(folder, &name)?;
    staged
        .write_all(contents)
        .map_err(ShardsError::io("write", path))?;
    staged.seal()?.place(path)
}

/// The folder of a path and its file name, for staging beside it.
pub(crate) fn split(path: &Path) -> (&Path, String) {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    (folder, name)
}
