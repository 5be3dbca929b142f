//! Items of published benchmarks, which training data must not hold.

use serde::{Deserialize, Deserializer, Serialize};

/// One item of a benchmark, as the published files of HumanEval, MBPP and BigCodeBench
/// (and their EvalPlus editions) have it. Tests are left out: they are compared with
/// nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct BenchmarkItem {
    /// Its name inside the benchmark: `HumanEval/12`, or a number.
    #[serde(deserialize_with = "text_or_number")]
    pub task_id: String,
    /// HumanEval: imports, signature and docstring; sanitized MBPP: the task in words.
    #[serde(default)]
    pub prompt: Option<String>,
    /// MBPP: the task in words.
    #[serde(default)]
    pub text: Option<String>,
    /// BigCodeBench: imports, signature and docstring.
    #[serde(default)]
    pub complete_prompt: Option<String>,
    /// BigCodeBench: the task in words.
    #[serde(default)]
    pub instruct_prompt: Option<String>,
    /// BigCodeBench: imports and signature.
    #[serde(default)]
    pub code_prompt: Option<String>,
    /// HumanEval and BigCodeBench: the body that goes on from the prompt; MBPP+: a module.
    #[serde(default)]
    pub canonical_solution: Option<String>,
    /// MBPP: a module that solves the task.
    #[serde(default)]
    pub code: Option<String>,
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct TextOrNumber;
    impl serde::de::Visitor<'_> for TextOrNumber {
        type Value = String;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a text or a whole number")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }

        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<String, E> {
            Ok(number.to_string())
        }

        fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<String, E> {
            Ok(number.to_string())
        }
    }
    deserializer.deserialize_any(TextOrNumber)
}
