//! What can be wrong with a recipe, said so that its writer can mend it.

use std::fmt;
use std::path::PathBuf;

/// One problem: where, and what.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Dotted key (`sandbox.timeout_s`, `input[0].path`); empty for the whole recipe.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            formatter.write_str(&self.message)
        } else {
            write!(formatter, "{}: {}", self.key, self.message)
        }
    }
}

/// Why there is no recipe.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The file cannot be read.
    #[error("cannot read the recipe {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The text is not YAML.
    #[error("{origin} is not valid YAML: {message}")]
    NotYaml {
        /// The recipe's name.
        origin: String,
        /// The parser's message, with line and column.
        message: String,
    },
    /// The YAML is not a valid recipe.
    #[error("{origin} has {}", list(problems))]
    Invalid {
        /// The recipe's name.
        origin: String,
        /// Every problem found.
        problems: Vec<Problem>,
    },
}

fn list(problems: &[Problem]) -> String {
    let count = problems.len();
    let mut text = format!(
        "{count} {}:",
        if count == 1 { "problem" } else { "problems" }
    );
    for problem in problems {
        text.push_str("\n  - ");
        text.push_str(&problem.to_string());
    }
    text
}
