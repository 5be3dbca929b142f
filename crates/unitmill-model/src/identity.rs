//! Content ids: what two machines compute alike from the same bytes.
//!
//! Everything is SHA-256 over length-prefixed fields, so that no two different lists of
//! fields can meet in the same bytes. Ids never contain a position in the input, a time
//! or a host.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of the bytes as they are.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self(Sha256::digest(bytes.as_ref()).into())
    }

    /// A digest that was computed elsewhere, over bytes that were never all in memory.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The first 16 hexadecimal digits: enough for a file name, never used as an identity.
    pub fn short(&self) -> String {
        self.to_string()[..16].to_owned()
    }

    /// The raw 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Builds a [`Digest`] from a domain and a list of fields.
///
/// Each field is preceded by its length, so `("ab", "c")` and `("a", "bc")` differ; the
/// domain keeps, say, a request key from ever equalling an execution key.
#[derive(Clone)]
pub struct DigestBuilder(Sha256);

impl DigestBuilder {
    /// Starts a digest in a domain such as `"candidate"`.
    pub fn new(domain: &str) -> Self {
        let mut builder = Self(Sha256::new());
        builder.push(domain);
        builder
    }

    /// Adds one field.
    pub fn push(&mut self, field: impl AsRef<[u8]>) -> &mut Self {
        let field = field.as_ref();
        self.0.update((field.len() as u64).to_le_bytes());
        self.0.update(field);
        self
    }

    /// The digest of all fields pushed so far.
    pub fn finish(&self) -> Digest {
        Digest(self.0.clone().finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, formatter)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The id of a candidate: the first 16 bytes of the digest of its code and its origin,
/// written as 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CandidateId([u8; 16]);

impl CandidateId {
    /// Shortens a digest to an id.
    pub fn from_digest(digest: &Digest) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.0[..16]);
        Self(bytes)
    }

    /// An id whose bytes were kept elsewhere.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The raw 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for CandidateId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, formatter)
    }
}

impl fmt::Debug for CandidateId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// The id of a pair: the candidate it came from and which of its kept variants it is;
/// written as `<candidate id>-<variant>`, variants counting from 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PairId {
    /// The candidate.
    pub candidate: CandidateId,
    /// Which of the candidate's kept variants, from 0.
    pub variant: u32,
}

impl fmt::Display for PairId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.candidate, self.variant)
    }
}

/// A text that is not a digest or an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseIdError {
    text: String,
    expected: &'static str,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is not {}", self.text, self.expected)
    }
}

impl std::error::Error for ParseIdError {}

impl FromStr for Digest {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read_hex(text).map(Self).ok_or_else(|| ParseIdError {
            text: text.to_owned(),
            expected: "a digest of 64 hexadecimal digits",
        })
    }
}

impl FromStr for CandidateId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        read_hex(text).map(Self).ok_or_else(|| ParseIdError {
            text: text.to_owned(),
            expected: "a candidate id of 32 hexadecimal digits",
        })
    }
}

impl FromStr for PairId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split_once('-')
            .and_then(|(candidate, variant)| {
                Some(Self {
                    candidate: candidate.parse().ok()?,
                    variant: variant.parse().ok()?,
                })
            })
            .ok_or_else(|| ParseIdError {
                text: text.to_owned(),
                expected: "a pair id (<candidate id>-<variant>)",
            })
    }
}

fn write_hex(bytes: &[u8], formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes
        .iter()
        .try_for_each(|byte| write!(formatter, "{byte:02x}"))
}

fn read_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N
        || !digits
            .iter()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Ids travel as text in JSON and Parquet alike.
macro_rules! serde_as_text {
    ($($id:ty),*) => {$(
        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

serde_as_text!(Digest, CandidateId, PairId);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digest_is_plain_sha256() {
        assert_eq!(
            Digest::of("abc").to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn malformed_ids_are_refused() {
        assert!("abc".parse::<Digest>().is_err());
        assert!("zz".repeat(16).parse::<CandidateId>().is_err());
        assert!("00".repeat(16).parse::<PairId>().is_err());
        assert_eq!(
            "x-0".parse::<PairId>().expect_err("must fail").to_string(),
            "`x-0` is not a pair id (<candidate id>-<variant>)"
        );
    }

    proptest! {
        #[test]
        fn ids_round_trip_as_text(bytes: [u8; 32], variant: u32) {
            let digest = Digest::of(bytes);
            prop_assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
            let pair = PairId { candidate: CandidateId::from_digest(&digest), variant };
            prop_assert_eq!(pair.to_string().parse::<PairId>(), Ok(pair));
        }

        #[test]
        fn field_boundaries_count(text in "[a-z]{2,12}", cut in 1usize..11) {
            let cut = cut.min(text.len() - 1);
            let mut whole = DigestBuilder::new("test");
            whole.push(&text);
            let mut halves = DigestBuilder::new("test");
            halves.push(&text[..cut]).push(&text[cut..]);
            prop_assert_ne!(whole.finish(), halves.finish());
        }
    }
}
