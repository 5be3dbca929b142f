//! The rows of `unitmill exec`: pairs in, verdicts out.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use crate::Verdict;

/// A function-test pair that somebody wants judged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExecInput {
    /// Whatever the caller calls it; handed through. A number is taken as its digits.
    #[serde(deserialize_with = "text_or_number")]
    pub id: String,
    /// The code.
    pub code: String,
    /// A `unittest` suite for it; a column called `tests` is read as well.
    #[serde(alias = "tests")]
    pub test: String,
}

/// What came of one [`ExecInput`].
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExecVerdict {
    /// The id of the input row.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// How many tests ran.
    pub tests_run: u32,
    /// How many of those passed.
    pub tests_passed: u32,
    /// Wall time of the run, milliseconds.
    pub duration_ms: u64,
    /// The sandbox's detail.
    pub detail: String,
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
}
