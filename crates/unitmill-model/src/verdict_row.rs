//! The rows of `unitmill exec`: pairs in, verdicts out.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use crate::{Isolation, Verdict};

/// A function-test pair that somebody wants judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "WrittenInput")]
pub struct ExecInput {
    /// Whatever the caller calls it; handed through. A number is taken as its digits.
    pub id: String,
    /// The code.
    pub code: String,
    /// A `unittest` suite for it; a column called `tests` is read as well.
    pub test: String,
    /// `code` or `test` held half of a surrogate pair, which JSON can write and no encoding
    /// of a Python source file can; U+FFFD stands in its place.
    #[serde(skip)]
    pub lone_surrogate: bool,
}

/// An [`ExecInput`] as files have it.
#[derive(Deserialize)]
struct WrittenInput {
    id: Option<WrittenId>,
    code: Option<WrittenText>,
    test: Option<WrittenText>,
    tests: Option<WrittenText>,
}

/// A field that is not there, or that is null.
struct Missing(&'static str);

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` is missing or null", self.0)
    }
}

impl TryFrom<WrittenInput> for ExecInput {
    type Error = Missing;

    fn try_from(written: WrittenInput) -> Result<Self, Missing> {
        let id = written.id.ok_or(Missing("id"))?;
        let code = written.code.ok_or(Missing("code"))?;
        let test = written.test.or(written.tests).ok_or(Missing("test"))?;
        Ok(Self {
            id: id.0,
            lone_surrogate: code.lone_surrogate || test.lone_surrogate,
            code: code.text,
            test: test.text,
        })
    }
}

/// An id, as a text or a number.
#[derive(Deserialize)]
struct WrittenId(#[serde(deserialize_with = "text_or_number")] String);

/// A text that may hold halves of surrogate pairs.
struct WrittenText {
    text: String,
    lone_surrogate: bool,
}

impl WrittenText {
    /// From UTF-8 in which three bytes may stand for half of a surrogate pair.
    fn decode(mut bytes: &[u8]) -> Option<Self> {
        let mut decoded = Self {
            text: String::with_capacity(bytes.len()),
            lone_surrogate: false,
        };
        loop {
            match std::str::from_utf8(bytes) {
                Ok(rest) => {
                    decoded.text.push_str(rest);
                    return Some(decoded);
                }
                Err(error) => {
                    let (valid, rest) = bytes.split_at(error.valid_up_to());
                    let [0xED, 0xA0..=0xBF, 0x80..=0xBF, rest @ ..] = rest else {
                        return None;
                    };
                    decoded.text.push_str(&String::from_utf8_lossy(valid));
                    decoded.text.push(char::REPLACEMENT_CHARACTER);
                    decoded.lone_surrogate = true;
                    bytes = rest;
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for WrittenText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = WrittenText;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<WrittenText, E> {
                Ok(WrittenText {
                    text: text.to_owned(),
                    lone_surrogate: false,
                })
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<WrittenText, E> {
                WrittenText::decode(bytes).ok_or_else(|| E::custom("a text that is not UTF-8"))
            }
        }

        // As bytes, JSON gives what it has; as a text, it refuses halves of pairs.
        deserializer.deserialize_bytes(Text)
    }
}

/// What came of one [`ExecInput`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExecVerdict {
    /// The id of the input row.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// How many tests ran; of several runs the first.
    pub tests_run: u32,
    /// How many of those passed; of several runs the first.
    pub tests_passed: u32,
    /// Wall time of all of the pair's runs together, milliseconds.
    pub duration_ms: u64,
    /// What a person needs to understand the verdict.
    pub detail: String,
    /// What stood between the run and the machine. A pair that needed no run has it too.
    pub isolation: Isolation,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct TextOrNumber;

    impl Visitor<'_> for TextOrNumber {
        type Value = String;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a text or a whole number")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }

    deserializer.deserialize_any(TextOrNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_may_be_numbers() {
        let row = r#"{"id": 7, "code": "x = 1", "test": ""}"#;
        let row: ExecInput = serde_json::from_str(row).expect("valid");
        assert_eq!(row.id, "7");
        assert!(
            serde_json::from_str::<ExecInput>(r#"{"id": [], "code": "", "test": ""}"#).is_err()
        );
    }

    #[test]
    fn halves_of_surrogate_pairs_are_noticed_and_change_nothing_else() {
        let read = |row: &str| serde_json::from_str::<ExecInput>(row).expect("valid");
        let row = read(
            r#"{"id": "a", "code": "x = '\ud800!'", "test": "é \ud83d\ude00", "n": "\udfff"}"#,
        );
        assert!(row.lone_surrogate);
        assert_eq!(
            (row.code.as_str(), row.test.as_str()),
            ("x = '\u{fffd}!'", "é 😀")
        );
        let row = read(r#"{"id": "a", "code": "é", "test": "\ud83d\ude00", "n": "\udfff"}"#);
        assert!(!row.lone_surrogate);
    }

    #[test]
    fn either_name_of_the_tests_will_do() {
        let read = |row: &str| serde_json::from_str::<ExecInput>(row);
        let row = read(r#"{"tests": "b", "id": "1", "code": "", "test": "a"}"#).expect("valid");
        assert_eq!(row.test, "a");
        let row = read(r#"{"tests": "b", "id": "1", "code": "", "test": null}"#).expect("valid");
        assert_eq!(row.test, "b");
        let error = read(r#"{"id": "1", "code": "", "test": null}"#).expect_err("no tests");
        assert!(error.to_string().contains("`test`"), "{error}");
    }
}
