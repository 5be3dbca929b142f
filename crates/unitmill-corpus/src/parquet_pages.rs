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
/// fields, as Thrift's compact protocol has them (the kind of page, then these).
fn claims(head: &[u8]) -> Option<(u64, u64)> {
    let mut rest = head;
    let mut field = || {
        // The next field of 32 bits.
        let (0x15, after) = rest.split_first()? else {
            return None;
        };
        rest = after;
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let (&byte, after) = rest.split_first()?;
            rest = after;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                // Even numbers are not negative; the reader refuses those that are.
                return (value % 2 == 0).then_some(value / 2);
            }
        }
        None
    };
    field()?;
    let unpacked = field()?;
    Some((field()?, unpacked))
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
        assert_eq!(claims(b"\x15\x04\x15\x80"), None);
        assert_eq!(claims(b"\x15\x04\x15\x01\x15\x20"), None);
        assert_eq!(claims(b"PAR1"), None);
        assert_eq!(claims(b"\x15\xff\xff\xff\xff\xff\xff\x15\x00"), None);
    }
}
