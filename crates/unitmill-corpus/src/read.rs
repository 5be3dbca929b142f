//! Reading a part: finding its texts one after the other, which only one thread can do for
//! a container, and then reading each, which any thread can. Never holds a container, and
//! never lets one bad file or row stop the others.

use std::fs::File;
use std::io::{self, Read as _};
use std::ops::Range;
use std::slice;

use serde::{Deserialize, Serialize};
use unitmill_model::{Origin, RejectReason};

use crate::decode::{Decoded, decode_source};
use crate::inputs::{CorpusError, InputFile, InputFormat, InputRoot, describe};
use crate::json_rows::{Line, LineReader, read_row};
use crate::license::normalise_license;
use crate::members::Member;
use crate::parquet_rows::{ParquetReader, ParquetRow};
use crate::tar_members::TarReader;
use crate::zip_members::ZipReader;

/// One source text, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// Where it came from.
    pub origin: Origin,
    /// The text.
    pub text: Result<String, FileRefusal>,
}

/// Why a file or a row gives no text.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileRefusal {
    /// The reason.
    pub reason: RejectReason,
    /// What exactly.
    pub detail: String,
}

impl SourceFile {
    pub(crate) fn new(
        repo: Option<String>,
        license: Option<String>,
        path: String,
        decoded: Result<Decoded, FileRefusal>,
    ) -> Self {
        let held_sha256 = decoded.as_ref().ok().and_then(|text| text.held_sha256);
        Self {
            origin: Origin {
                repo,
                license,
                path,
                held_sha256,
            },
            text: decoded.map(|decoded| decoded.text),
        }
    }

    fn refused(path: String, refusal: FileRefusal) -> Self {
        Self::new(None, None, path, Err(refusal))
    }
}

impl FileRefusal {
    pub(crate) fn new(reason: RejectReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
        }
    }
}

/// What becomes of a file that the system does not let be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IfUnreadable {
    /// An error: the file was read when the run was planned, so that its texts belong in it.
    Fail,
    /// A reject.
    Refuse,
}

/// Finds the texts of a part in order: one item a Python file, one a row of a container or
/// a member of an archive. Where the part is a piece of a Parquet file, only the rows of
/// these row groups. Damage inside a file is a refusal.
pub fn read_part<'a>(
    roots: &'a [InputRoot],
    files: &'a [InputFile],
    row_groups: Option<Range<u32>>,
    if_unreadable: IfUnreadable,
) -> PartReader<'a> {
    PartReader {
        roots,
        files: files.iter(),
        row_groups,
        if_unreadable,
        open: None,
    }
}

/// Iterates over the texts of a part; none of them is read yet.
pub struct PartReader<'a> {
    roots: &'a [InputRoot],
    files: slice::Iter<'a, InputFile>,
    row_groups: Option<Range<u32>>,
    if_unreadable: IfUnreadable,
    open: Option<(Place<'a>, Container)>,
}

/// A file of the input, and how its input is read.
#[derive(Clone, Copy)]
struct Place<'a> {
    root: &'a InputRoot,
    file: &'a InputFile,
    if_unreadable: IfUnreadable,
}

enum Container {
    Lines(LineReader),
    Parquet(Box<ParquetReader>),
    Tar(Box<TarReader>),
    Zip(Box<ZipReader>),
}

/// A text that was found. Reading it is left to whoever wants it.
pub struct SourceEntry<'a> {
    place: Place<'a>,
    content: Content,
}

enum Content {
    OnDisk,
    Line { number: u64, line: Vec<u8> },
    Row(ParquetRow),
    Member(Box<Member>),
    Refused(FileRefusal),
    LongRow(u64),
}

impl<'a> Iterator for PartReader<'a> {
    type Item = Result<SourceEntry<'a>, CorpusError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((place, container)) = &mut self.open {
                let place = *place;
                match container.next() {
                    Some(Ok(content)) => return Some(Ok(SourceEntry { place, content })),
                    Some(Err(trouble)) => return Some(place.entry_of(trouble)),
                    None => self.open = None,
                }
            }
            let file = self.files.next()?;
            let place = Place {
                root: &self.roots[file.input as usize],
                file,
                if_unreadable: self.if_unreadable,
            };
            let content = match &file.refusal {
                Some(refusal) => Content::Refused(refusal.as_ref().clone()),
                None if file.format == InputFormat::Python => Content::OnDisk,
                None => match Container::open(place, self.row_groups.clone()) {
                    Ok(container) => {
                        self.open = Some((place, container));
                        continue;
                    }
                    Err(trouble) => return Some(place.entry_of(trouble)),
                },
            };
            return Some(Ok(SourceEntry { place, content }));
        }
    }
}

/// Why a container gives nothing more.
enum Trouble {
    System(io::Error),
    Damage(String),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        if error.raw_os_error().is_some() {
            Self::System(error)
        } else if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Damage("it breaks off".to_owned())
        } else {
            Self::Damage(error.to_string())
        }
    }
}

impl<'a> Place<'a> {
    fn entry_of(self, trouble: Trouble) -> Result<SourceEntry<'a>, CorpusError> {
        let refusal = match trouble {
            Trouble::Damage(detail) => FileRefusal::new(RejectReason::CorruptContainer, detail),
            Trouble::System(error) => self.unreadable(error)?,
        };
        Ok(SourceEntry {
            place: self,
            content: Content::Refused(refusal),
        })
    }

    fn unreadable(self, source: io::Error) -> Result<FileRefusal, CorpusError> {
        match self.if_unreadable {
            IfUnreadable::Refuse => Ok(FileRefusal::new(
                RejectReason::Unreadable,
                describe(&source),
            )),
            IfUnreadable::Fail => Err(CorpusError::Unreadable {
                path: self.root.locate(self.file),
                source,
            }),
        }
    }
}

impl Container {
    fn open(place: Place<'_>, row_groups: Option<Range<u32>>) -> Result<Self, Trouble> {
        let path = place.root.locate(place.file);
        let (name, max_bytes) = (&place.file.name, place.root.max_bytes);
        let open = || File::open(&path);
        Ok(match place.file.format {
            format @ (InputFormat::Tar | InputFormat::TarGzip | InputFormat::TarZstd) => {
                Self::Tar(Box::new(TarReader::open(open, format, name, max_bytes)?))
            }
            InputFormat::Zip => Self::Zip(Box::new(ZipReader::open(open()?, name, max_bytes)?)),
            InputFormat::Parquet => Self::Parquet(Box::new(
                ParquetReader::open(open()?, &place.root.fields, row_groups)
                    .map_err(Trouble::Damage)?,
            )),
            format => Self::Lines(LineReader::open(open()?, format, max_bytes)?),
        })
    }

    fn next(&mut self) -> Option<Result<Content, Trouble>> {
        match self {
            Self::Lines(lines) => {
                let line = lines.next()?;
                let number = lines.number();
                Some(match line {
                    Ok(Line::Row(line)) => Ok(Content::Line { number, line }),
                    Ok(Line::TooLong) => Ok(Content::LongRow(number)),
                    Err(error) => Err(match Trouble::from(error) {
                        Trouble::Damage(detail) => {
                            Trouble::Damage(format!("broken after row {number}: {detail}"))
                        }
                        system @ Trouble::System(_) => system,
                    }),
                })
            }
            Self::Parquet(rows) => rows
                .next()
                .map(|row| row.map(Content::Row).map_err(Trouble::Damage)),
            Self::Tar(members) => members.next().map(member),
            Self::Zip(members) => members.next().map(member),
        }
    }
}

fn member(member: io::Result<Member>) -> Result<Content, Trouble> {
    Ok(Content::Member(Box::new(member?)))
}

impl SourceEntry<'_> {
    /// About how many bytes there are to work on.
    pub fn weight(&self) -> u64 {
        match &self.content {
            Content::OnDisk => self.place.file.bytes.min(self.place.root.max_bytes),
            Content::Line { line, .. } => line.len() as u64,
            Content::Row(row) => row.text_bytes() as u64,
            Content::Member(member) => member.content.as_ref().map_or(0, Vec::len) as u64,
            Content::Refused(_) | Content::LongRow(_) => 0,
        }
    }

    /// Reads the text.
    ///
    /// # Errors
    /// A file that cannot be opened or read, where that is an error.
    pub fn load(self) -> Result<SourceFile, CorpusError> {
        let root = self.place.root;
        let mut source = self.read()?;
        // A field that is filled in may still say nothing (`no_license`).
        let stated = source.origin.license.as_deref();
        if root.license.is_some() && stated.and_then(normalise_license).is_none() {
            source.origin.license.clone_from(&root.license);
        }
        Ok(source)
    }

    fn read(self) -> Result<SourceFile, CorpusError> {
        let place = self.place;
        let (name, max_bytes) = (&place.file.name, place.root.max_bytes);
        Ok(match self.content {
            Content::OnDisk => return read_python(place),
            Content::Line { number, line } => match read_row(&line, &place.root.fields) {
                Ok(row) => row.into_source(
                    &format!("{name}#{number}"),
                    &format!("{name} line {number}"),
                    max_bytes,
                ),
                Err(message) => SourceFile::refused(
                    format!("{name}#{number}"),
                    FileRefusal::new(
                        RejectReason::CorruptRow,
                        format!("{name} line {number}: {message}"),
                    ),
                ),
            },
            Content::Row(row) => row.read().into_source(
                &format!("{name}#{}", row.number),
                &format!("{name} row {}", row.number),
                max_bytes,
            ),
            Content::Member(member) => {
                let distribution = &member.distribution;
                SourceFile::new(
                    Some(distribution.name.clone()),
                    distribution.license.clone(),
                    member.path,
                    member.content.and_then(decode),
                )
            }
            Content::Refused(refusal) => SourceFile::refused(name.clone(), refusal),
            Content::LongRow(number) => SourceFile::refused(
                format!("{name}#{number}"),
                FileRefusal::new(RejectReason::TooLarge, "the row itself is too long"),
            ),
        })
    }
}

fn read_python(place: Place<'_>) -> Result<SourceFile, CorpusError> {
    let (name, limit) = (&place.file.name, place.root.max_bytes);
    let mut bytes = Vec::with_capacity(place.file.bytes.min(limit) as usize + 1);
    // One byte more than allowed tells a file that is too large without reading it all.
    let read = File::open(place.root.locate(place.file))
        .and_then(|file| file.take(limit.saturating_add(1)).read_to_end(&mut bytes));
    if let Err(error) = read {
        let refusal = place.unreadable(error)?;
        return Ok(SourceFile::refused(name.clone(), refusal));
    }
    let decoded = if bytes.len() as u64 > limit {
        Err(too_large(place.file.bytes.max(bytes.len() as u64), limit))
    } else {
        decode(bytes)
    };
    Ok(SourceFile::new(None, None, name.clone(), decoded))
}

fn decode(bytes: Vec<u8>) -> Result<Decoded, FileRefusal> {
    decode_source(bytes)
        .map_err(|detail| FileRefusal::new(RejectReason::Undecodable, detail))
        .and_then(refuse_empty)
}

pub(crate) fn too_large(bytes: u64, limit: u64) -> FileRefusal {
    FileRefusal::new(
        RejectReason::TooLarge,
        format!("{bytes} bytes, limit {limit}"),
    )
}

pub(crate) fn refuse_empty(decoded: Decoded) -> Result<Decoded, FileRefusal> {
    if decoded.text.chars().all(char::is_whitespace) {
        Err(FileRefusal::new(RejectReason::EmptyFile, "no source text"))
    } else {
        Ok(decoded)
    }
}
