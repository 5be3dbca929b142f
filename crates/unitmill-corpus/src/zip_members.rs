//! Members of zip archives, wheels among them, in the order of the archive's directory.
//! Never unpacks what it does not read.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use unitmill_model::RejectReason;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::members::{
    Distribution, MOST_METADATA, Member, Names, expansion_limit, is_metadata, is_python,
    member_path, read_member,
};
use crate::read::FileRefusal;

/// Archives of more members than this are refused: their directory alone would fill memory.
const MOST_MEMBERS: usize = 1 << 20;

/// The Python files of a zip archive.
pub(crate) struct ZipReader {
    archive: ZipArchive<BufReader<File>>,
    next: usize,
    /// Bytes that may still come out.
    left: u64,
    distribution: Arc<Distribution>,
    names: Names,
    /// Whether several members have one name; the directory then gives the last of them.
    repeats: bool,
    max_bytes: u64,
}

/// What a member's directory entry says.
struct Listed {
    path: Result<String, (String, FileRefusal)>,
    size: u64,
    is_link: bool,
    is_encrypted: bool,
}

impl ZipReader {
    /// Opens an archive and reads its directory.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn open(file: File, file_name: &str, max_bytes: u64) -> io::Result<Self> {
        let limit = expansion_limit(file.metadata()?.len());
        let opened = catch_unwind(AssertUnwindSafe(|| ZipArchive::new(BufReader::new(file))));
        let mut archive = opened
            .unwrap_or_else(|_| Err(ZipError::InvalidArchive("damaged in its directory".into())))
            .map_err(io_error)?;
        if archive.len() > MOST_MEMBERS {
            return Err(io::Error::other("more than a million members"));
        }
        let repeats = archive.has_duplicate_names();
        let distribution = Distribution::of_file(file_name);
        let distribution = match find_metadata(&mut archive) {
            Some(metadata) => distribution.read_metadata(&metadata),
            None => distribution,
        };
        Ok(Self {
            archive,
            next: 0,
            left: limit,
            distribution: Arc::new(distribution),
            names: Names::default(),
            repeats,
            max_bytes,
        })
    }

    /// The next Python file; none at the end. After an error the others can still be read.
    pub(crate) fn next(&mut self) -> Option<Result<Member, io::Error>> {
        while self.next < self.archive.len() {
            let index = self.next;
            self.next += 1;
            if self.left == 0 {
                self.next = self.archive.len();
                return Some(Err(io::Error::other("expands beyond all measure")));
            }
            match self.listed(index) {
                Ok(Some(listed)) => return Some(self.read(index, listed)),
                Ok(None) => {}
                Err(error) => return Some(Err(io_error(error))),
            }
        }
        if std::mem::take(&mut self.repeats) {
            return Some(Err(io::Error::other(
                "several members have one name; the last of them was read",
            )));
        }
        None
    }

    fn listed(&self, index: usize) -> Result<Option<Listed>, ZipError> {
        let entry = self.archive.by_index_data(index)?;
        if entry.is_dir() || !is_python(entry.name_raw()) {
            return Ok(None);
        }
        // Names without the flag for UTF-8 are of an old character set that knows every byte.
        let name = entry.name()?;
        Ok(Some(Listed {
            path: member_path(name.as_bytes()),
            size: entry.size(),
            is_link: entry.is_symlink(),
            is_encrypted: entry.encrypted(),
        }))
    }

    fn read(&mut self, index: usize, listed: Listed) -> io::Result<Member> {
        let (path, content) = match listed.path {
            Err((shown, refusal)) => (shown, Err(refusal)),
            Ok(path) => {
                let content = if let Err(repeated) = self.names.meet(&path) {
                    Err(repeated)
                } else if listed.is_link {
                    let detail = "a link inside the archive";
                    Err(FileRefusal::new(RejectReason::NotAFile, detail))
                } else if listed.is_encrypted {
                    let detail = "the member needs a password";
                    Err(FileRefusal::new(RejectReason::Encrypted, detail))
                } else {
                    self.unpack(index, listed.size)?
                };
                (path, content)
            }
        };
        Ok(Member {
            path,
            distribution: Arc::clone(&self.distribution),
            content,
        })
    }

    /// A member that is damaged is a refusal of its own: the directory still tells where
    /// the others are.
    fn unpack(&mut self, index: usize, size: u64) -> io::Result<Result<Vec<u8>, FileRefusal>> {
        let archive = &mut self.archive;
        let limit = self.max_bytes.min(self.left);
        let read = catch_unwind(AssertUnwindSafe(|| {
            let member = archive.by_index(index).map_err(io_error)?;
            read_member(member, size, limit)
        }));
        match read {
            Ok(Ok(read)) => {
                let bytes = read.as_ref().map_or(0, |bytes| bytes.len() as u64);
                self.left -= bytes.min(self.left);
                Ok(read)
            }
            Ok(Err(error)) if error.raw_os_error().is_some() => Err(error),
            Ok(Err(error)) => Ok(Err(FileRefusal::new(
                RejectReason::CorruptMember,
                error.to_string(),
            ))),
            Err(_) => Ok(Err(FileRefusal::new(
                RejectReason::CorruptMember,
                "damaged in a way that its reader gave up on",
            ))),
        }
    }
}

fn find_metadata(archive: &mut ZipArchive<BufReader<File>>) -> Option<Vec<u8>> {
    let index = (0..archive.len()).find(|&index| {
        archive
            .by_index_data(index)
            .is_ok_and(|entry| is_metadata(entry.name_raw()) && entry.size() <= MOST_METADATA)
    })?;
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut metadata = Vec::new();
        let member = archive.by_index(index).ok()?;
        member
            .take(MOST_METADATA)
            .read_to_end(&mut metadata)
            .is_ok()
            .then_some(metadata)
    }));
    read.unwrap_or(None)
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}
