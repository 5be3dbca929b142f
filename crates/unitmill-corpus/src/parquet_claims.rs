//! Holds a Parquet file to what it claims before its reader believes it. The reader sets aside
//! the memory that a page's head asks for before it unpacks a byte of it, and counts through
//! lists that take no bytes: a damaged file of a kilobyte can ask for gigabytes, or for
//! minutes. Never unpacks anything itself, and knows nothing of what a footer means.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

/// Length of the footer, and `PAR1`.
const TAIL: u64 = 8;
/// The reader skips no deeper than this.
const MOST_LEVELS: u32 = 64;

/// A page may claim to unpack to this many bytes, whatever is in it: sixteen times what
/// writers put into one.
const ROOMY: u64 = 16 << 20;
/// A larger one may claim this many times its own bytes. Texts pack to a tenth, the same text
/// over and over to some hundredths.
const MOST_TIMES: u64 = 2_000;

/// A file that refuses to read a page of incredible size.
pub(crate) struct CredibleFile(pub(crate) File);

impl Length for CredibleFile {
    fn len(&self) -> u64 {
        Length::len(&self.0)
    }
}

impl ChunkReader for CredibleFile {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut reader = self.0.get_read(start)?;
        if let Some((packed, unpacked)) = claims(reader.fill_buf()?)
            && unpacked > ROOMY
            && unpacked / MOST_TIMES > packed
        {
            return Err(ParquetError::General(format!(
                "a page of {packed} bytes claims to hold {unpacked}"
            )));
        }
        Ok(reader)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.0.get_bytes(start, length)
    }
}

/// Packed and unpacked size that the head of a page claims, if it is one: its first three
/// fields are the kind of page and these. Reads them as its reader does, which asks for no
/// type and cuts off what is more than 32 bits.
fn claims(head: &[u8]) -> Option<(u64, u64)> {
    let mut rest = head;
    let mut field = |id: u8| {
        let start = byte(&mut rest)?;
        let is_next = start >> 4 == 1 && start & 0xf != 0;
        let is_named = start >> 4 == 0 && start & 0xf != 0 && number(&mut rest)? == i32::from(id);
        if !is_next && !is_named {
            return None;
        }
        number(&mut rest)
    };
    field(1)?;
    let unpacked = field(2)?;
    let packed = field(3)?;
    Some((u64::try_from(packed).ok()?, u64::try_from(unpacked).ok()?))
}

/// A number in Thrift's compact protocol, with a sign.
fn number(rest: &mut &[u8]) -> Option<i32> {
    let value = unsigned(rest)?;
    Some(((value >> 1) as i64 ^ -((value & 1) as i64)) as i32)
}

fn unsigned(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for place in 0_u32.. {
        let byte = byte(rest)?;
        value |= u64::from(byte & 0x7f).wrapping_shl(7 * place);
        if byte < 0x80 {
            break;
        }
    }
    Some(value)
}

/// Whether all that a file's footer holds is in it. Says nothing of a file without one.
///
/// # Errors
/// What it claims beyond that.
pub(crate) fn check_footer(mut file: &File) -> std::result::Result<(), String> {
    let mut footer = Vec::new();
    let mut read = || -> std::io::Result<Option<()>> {
        let size = file.metadata()?.len();
        let Some(end) = size.checked_sub(TAIL) else {
            return Ok(None);
        };
        file.seek(SeekFrom::Start(end))?;
        let mut tail = [0; TAIL as usize];
        file.read_exact(&mut tail)?;
        let [a, b, c, d, magic @ ..] = tail;
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        if magic != *b"PAR1" || length > end {
            return Ok(None);
        }
        file.seek(SeekFrom::Start(end - length))?;
        file.take(length).read_to_end(&mut footer)?;
        Ok(Some(()))
    };
    // Whoever reads the file next meets the same error, and says so.
    if !matches!(read(), Ok(Some(()))) {
        return Ok(());
    }
    let mut rest = footer.as_slice();
    skip(STRUCT, &mut rest, MOST_LEVELS).ok_or_else(|| {
        format!(
            "its footer is damaged at byte {}",
            footer.len() - rest.len()
        )
    })
}

// Kinds of values in Thrift's compact protocol.
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const LONG: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;
const UUID: u8 = 13;

/// Goes past a value; none if it claims more than there is.
fn skip(kind: u8, rest: &mut &[u8], levels: u32) -> Option<()> {
    let levels = levels.checked_sub(1)?;
    match kind {
        // The name of the field has said which of the two it is.
        1..=FALSE => Some(()),
        BYTE => pass(rest, 1),
        4..=LONG => number(rest).map(|_| ()),
        DOUBLE => pass(rest, 8),
        BINARY => {
            let length = unsigned(rest)?;
            pass(rest, usize::try_from(length).ok()?)
        }
        9..=SET => {
            let head = byte(rest)?;
            let size = match head >> 4 {
                15 => unsigned(rest)?,
                size => u64::from(size),
            };
            elements(size, &[head & 0xf], rest, levels)
        }
        MAP => match unsigned(rest)? {
            0 => Some(()),
            size => {
                let kinds = byte(rest)?;
                elements(size, &[kinds >> 4, kinds & 0xf], rest, levels)
            }
        },
        STRUCT => loop {
            let head = byte(rest)?;
            match head & 0xf {
                0 => return Some(()),
                kind => {
                    if head >> 4 == 0 {
                        number(rest)?;
                    }
                    skip(kind, rest, levels)?;
                }
            }
        },
        UUID => pass(rest, 16),
        _ => None,
    }
}

fn elements(size: u64, kinds: &[u8], rest: &mut &[u8], levels: u32) -> Option<()> {
    // Every element takes a byte at least. A footer has no lists of booleans, and these are
    // what the reader would count through without reading any.
    if size > rest.len() as u64 || size > 0 && kinds.iter().any(|&kind| kind <= FALSE) {
        return None;
    }
    for _ in 0..size {
        for &kind in kinds {
            skip(kind, rest, levels)?;
        }
    }
    Some(())
}

fn pass(rest: &mut &[u8], bytes: usize) -> Option<()> {
    *rest = rest.get(bytes..)?;
    Some(())
}

fn byte(rest: &mut &[u8]) -> Option<u8> {
    let (&byte, after) = rest.split_first()?;
    *rest = after;
    Some(byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_the_second_and_third_number() {
        assert_eq!(
            claims(b"\x15\x04\x15\x80\x02\x15\x20\x15\x00"),
            Some((16, 128))
        );
        // By their numbers, of another type, and with more bits than a size has.
        assert_eq!(
            claims(b"\x05\x02\x04\x12\x80\x82\x80\x80\x80\x01\x15\x20"),
            Some((16, 128))
        );
        assert_eq!(claims(b"\x15\x04\x15\x80"), None);
        assert_eq!(claims(b"\x15\x04\x15\x01\x15\x20"), None);
        assert_eq!(claims(b"\x25\x04\x15\x02\x15\x20"), None);
        assert_eq!(claims(b"PAR1"), None);
    }

    #[test]
    fn a_footer_holds_what_it_claims() {
        let skips = |bytes: &[u8]| {
            let mut rest = bytes;
            skip(STRUCT, &mut rest, MOST_LEVELS).map(|()| rest.len())
        };
        // A number, a text, a list of two numbers, the end; and something behind it.
        assert_eq!(
            skips(b"\x15\x04\x18\x02ab\x19\x25\x02\x04\x00rest"),
            Some(4)
        );
        assert_eq!(skips(b"\x15\x04\x18\x09ab"), None);
        // Lists longer than all that follows, of booleans, and inside one another without end.
        assert_eq!(skips(b"\x19\xf5\xff\xff\xff\xff\x07\x02\x00"), None);
        assert_eq!(skips(b"\x19\x21\x01\x01\x00"), None);
        assert_eq!(skips(&[&b"\x19"[..], &[0x19; 100]].concat()), None);
    }
}
