//! Members of tar archives, one at a time, as they come. The archive's own headers are read
//! here, with limits, because those that carry long names may declare any size.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use tar::{EntryType, Header, PaxExtensions};
use unitmill_model::RejectReason;

use crate::inputs::InputFormat;
use crate::members::{
    Bounded, Distribution, MOST_METADATA, Member, Names, expansion_limit, is_metadata, is_python,
    member_path, read_member,
};
use crate::read::FileRefusal;

const BLOCK: usize = 512;
/// Headers that carry a name or attributes may be this long.
const MOST_EXTENSION: u64 = 1 << 16;
/// Metadata are looked for in this much of an archive.
const METADATA_SEARCH: u64 = 64 << 20;

/// The Python files of a tar archive.
pub(crate) struct TarReader {
    blocks: Blocks,
    distribution: Arc<Distribution>,
    names: Names,
    max_bytes: u64,
    ended: bool,
}

/// The entries of a tar stream.
struct Blocks {
    input: Box<dyn Read + Send>,
    /// Bytes of the current entry, padding included, that were not read yet.
    left: u64,
}

struct Entry {
    name: Vec<u8>,
    kind: EntryType,
    size: u64,
}

impl TarReader {
    /// Opens an archive. `reopen` is called twice: the metadata may come after the files.
    ///
    /// # Errors
    /// What the system or the decompressor said.
    pub(crate) fn open(
        reopen: impl Fn() -> io::Result<File>,
        format: InputFormat,
        file_name: &str,
        max_bytes: u64,
    ) -> io::Result<Self> {
        let distribution = Distribution::of_file(file_name);
        let distribution = match find_metadata(Blocks::open(reopen()?, format)?) {
            Some(metadata) => distribution.read_metadata(&metadata),
            None => distribution,
        };
        Ok(Self {
            blocks: Blocks::open(reopen()?, format)?,
            distribution: Arc::new(distribution),
            names: Names::default(),
            max_bytes,
            ended: false,
        })
    }

    /// The next Python file; none at the end and after an error.
    pub(crate) fn next(&mut self) -> Option<io::Result<Member>> {
        while !self.ended {
            match self.blocks.next() {
                Ok(Some(entry)) if is_python(&entry.name) && entry.kind != EntryType::Directory => {
                    let member = self.read(&entry);
                    self.ended = member.is_err();
                    return Some(member);
                }
                Ok(Some(_)) => {}
                Ok(None) => self.ended = true,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }

    fn read(&mut self, entry: &Entry) -> io::Result<Member> {
        let (path, content) = match member_path(&entry.name) {
            Err((shown, refusal)) => (shown, Err(refusal)),
            Ok(path) => {
                let content = match (self.names.meet(&path), not_a_file(entry.kind)) {
                    (_, Some(what)) => Err(FileRefusal::new(RejectReason::NotAFile, what)),
                    (Err(repeated), None) => Err(repeated),
                    (Ok(()), None) => {
                        let limit = self.max_bytes;
                        let content = self.blocks.content(entry.size);
                        let read = read_member(content, entry.size, limit)?;
                        if read
                            .as_ref()
                            .is_ok_and(|read| read.len() as u64 != entry.size)
                        {
                            return Err(io::ErrorKind::UnexpectedEof.into());
                        }
                        read
                    }
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
}

fn not_a_file(kind: EntryType) -> Option<&'static str> {
    match kind {
        EntryType::Regular | EntryType::Continuous => None,
        EntryType::Symlink | EntryType::Link => Some("a link inside the archive"),
        EntryType::GNUSparse => Some("a sparse file"),
        _ => Some("a pipe, a device or of an unknown kind"),
    }
}

/// The distribution's metadata, where the first part of the archive has them. What is wrong
/// with the archive is found again by who reads its files.
fn find_metadata(mut blocks: Blocks) -> Option<Vec<u8>> {
    let mut searched = 0u64;
    while let Ok(Some(entry)) = blocks.next() {
        if is_metadata(&entry.name)
            && entry.size <= MOST_METADATA
            && not_a_file(entry.kind).is_none()
        {
            let mut metadata = Vec::new();
            return blocks
                .content(entry.size)
                .read_to_end(&mut metadata)
                .is_ok()
                .then_some(metadata);
        }
        searched = searched.saturating_add(entry.size);
        if searched > METADATA_SEARCH {
            return None;
        }
    }
    None
}

impl Blocks {
    fn open(file: File, format: InputFormat) -> io::Result<Self> {
        let limit = expansion_limit(file.metadata()?.len());
        let file = BufReader::with_capacity(1 << 16, file);
        let input: Box<dyn Read + Send> = match format {
            InputFormat::TarGzip => Box::new(Bounded::new(MultiGzDecoder::new(file), limit)),
            InputFormat::TarZstd => Box::new(Bounded::new(
                zstd::stream::read::Decoder::with_buffer(file)?,
                limit,
            )),
            _ => Box::new(file),
        };
        Ok(Self {
            // Headers are read in small pieces.
            input: Box::new(BufReader::with_capacity(1 << 16, input)),
            left: 0,
        })
    }

    /// The content of the entry that was returned last.
    fn content(&mut self, size: u64) -> impl Read + '_ {
        Content { blocks: self, size }
    }

    /// The next entry that is not about another entry; what is left of the one before is
    /// skipped.
    fn next(&mut self) -> io::Result<Option<Entry>> {
        let mut long_name = None;
        let mut attributes: Option<Vec<u8>> = None;
        loop {
            self.skip()?;
            let Some(header) = self.header()? else {
                return Ok(None);
            };
            let kind = header.entry_type();
            let mut size = header.entry_size()?;
            if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
                self.enter(size)?;
                if size > MOST_EXTENSION {
                    return Err(damaged("a name or a list of attributes of absurd length"));
                }
                let mut extension = Vec::new();
                self.content(size).read_to_end(&mut extension)?;
                if kind.is_gnu_longname() {
                    while extension.last() == Some(&0) {
                        extension.pop();
                    }
                    long_name = Some(extension);
                } else {
                    attributes = Some(extension);
                }
                continue;
            }
            if kind.is_gnu_longlink() || kind.is_pax_global_extensions() {
                self.enter(size)?;
                continue;
            }
            let mut name = long_name
                .take()
                .unwrap_or_else(|| header.path_bytes().into_owned());
            for attribute in PaxExtensions::new(attributes.as_deref().unwrap_or_default()) {
                let attribute = attribute?;
                match attribute.key_bytes() {
                    b"path" => name = attribute.value_bytes().to_vec(),
                    b"size" => {
                        size = attribute
                            .value()
                            .ok()
                            .and_then(|value| value.parse().ok())
                            .ok_or_else(|| damaged("an attribute that is no size"))?;
                    }
                    _ => {}
                }
            }
            // Links may declare the size of what they point to, without any content.
            let has_content = !matches!(kind, EntryType::Link | EntryType::Symlink);
            self.enter(if has_content { size } else { 0 })?;
            return Ok(Some(Entry { name, kind, size }));
        }
    }

    fn enter(&mut self, size: u64) -> io::Result<()> {
        self.left = size
            .checked_next_multiple_of(BLOCK as u64)
            .ok_or_else(|| damaged("an absurd size"))?;
        Ok(())
    }

    fn skip(&mut self) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.input).take(self.left), &mut io::sink())?;
        if skipped != self.left {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left = 0;
        Ok(())
    }

    /// The next header; none at the end of the archive.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut header = Header::new_old();
        let block = header.as_mut_bytes();
        let mut filled = 0;
        while filled < BLOCK {
            match self.input.read(&mut block[filled..])? {
                0 if filled == 0 => return Ok(None),
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => filled += read,
            }
        }
        if block.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        let sum: u32 = block
            .iter()
            .enumerate()
            .map(|(index, &byte)| {
                let in_checksum = (148..156).contains(&index);
                u32::from(if in_checksum { b' ' } else { byte })
            })
            .sum();
        if header.cksum()? != sum {
            return Err(damaged("a header whose checksum is wrong"));
        }
        Ok(Some(header))
    }
}

/// Reads an entry's content and keeps count of what is left of it.
struct Content<'a> {
    blocks: &'a mut Blocks,
    size: u64,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = buffer.len().min(self.size.try_into().unwrap_or(usize::MAX));
        let read = self.blocks.input.read(&mut buffer[..wanted])?;
        self.size -= read as u64;
        self.blocks.left -= read as u64;
        Ok(read)
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
