//! A Parquet file whose pages are held to what they claim. Its reader sets aside the memory
//! that a page's head asks for before it unpacks a byte of it, so that a damaged file of a
//! kilobyte can ask for gigabytes. Never unpacks anything itself.

use std::fs::File;
use std::io::{BufRead as _, BufReader};

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

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
        let (&start, after) = rest.split_first()?;
        rest = after;
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

/// A number in Thrift's compact protocol.
fn number(rest: &mut &[u8]) -> Option<i32> {
    let mut value = 0_u64;
    for place in 0_u32.. {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).wrapping_shl(7 * place);
        if byte < 0x80 {
            break;
        }
    }
    Some(((value >> 1) as i64 ^ -((value & 1) as i64)) as i32)
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
}
