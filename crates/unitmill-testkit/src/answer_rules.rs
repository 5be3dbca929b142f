//! Answers by rule: what a fake model says to which prompt.

use std::fs;
use std::io;
use std::path::Path;

use aho_corasick::{AhoCorasick, MatchKind};
use serde::Deserialize;

use crate::ChatRequest;

/// A scripted answer.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRule {
    /// The rule fits requests for this model only; for any where it names none.
    #[serde(default)]
    pub model: Option<String>,
    /// The rule fits a prompt that contains all of these texts.
    pub when: Vec<String>,
    /// What the choices of a call say, the first one what is first here, over and over.
    pub answers: Vec<String>,
}

/// Rules, the first that fits counts. Finding it takes time that grows with the prompt, not
/// with the number of rules, so that a corpus may have one for every function.
#[derive(Debug)]
pub struct AnswerRules {
    rules: Vec<AnswerRule>,
    /// The first text of each rule.
    texts: AhoCorasick,
}

impl AnswerRules {
    /// Rules in order.
    ///
    /// # Errors
    /// For a rule without a text or without an answer.
    pub fn new(rules: Vec<AnswerRule>) -> io::Result<Self> {
        let mut texts = Vec::new();
        for rule in &rules {
            match rule.when.first() {
                Some(text) if !text.is_empty() && !rule.answers.is_empty() => texts.push(text),
                _ => {
                    return Err(io::Error::other(
                        "a rule needs a text in `when` and one in `answers`",
                    ));
                }
            }
        }
        let texts = AhoCorasick::builder()
            // All of them are wanted, those inside of others too.
            .match_kind(MatchKind::Standard)
            .build(texts)
            .map_err(io::Error::other)?;
        Ok(Self { rules, texts })
    }

    /// Reads a file of JSON lines, one rule each.
    ///
    /// # Errors
    /// When the file cannot be read, and for a line that is no rule.
    pub fn read(path: &Path) -> io::Result<Self> {
        let text = fs::read_to_string(path)?;
        let rules = text
            .lines()
            .zip(1..)
            .map(|(line, number)| {
                serde_json::from_str(line).map_err(|error| {
                    io::Error::other(format!("{}: line {number}: {error}", path.display()))
                })
            })
            .collect::<io::Result<_>>()?;
        Self::new(rules)
    }

    /// What the choice of that number says, where a rule fits.
    pub fn answer(&self, request: &ChatRequest, choice: usize) -> Option<&str> {
        let text = request.text();
        let rule = self
            .texts
            .find_overlapping_iter(&text)
            .map(|found| found.pattern().as_usize())
            .filter(|&index| self.rules[index].fits(request, &text))
            .min()
            .map(|index| &self.rules[index])?;
        Some(&rule.answers[choice % rule.answers.len()])
    }
}

impl AnswerRule {
    fn fits(&self, request: &ChatRequest, text: &str) -> bool {
        let of_this_model = self
            .model
            .as_ref()
            .is_none_or(|model| *model == request.model);
        of_this_model && self.when.iter().all(|part| text.contains(part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(model: &str, prompt: &str) -> ChatRequest {
        serde_json::from_value(serde_json::json!({
            "model": model,
            "messages": [{"role": "user", "content": prompt}],
        }))
        .expect("a request")
    }

    fn rule(model: Option<&str>, when: &[&str], answers: &[&str]) -> AnswerRule {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        AnswerRule {
            model: model.map(str::to_owned),
            when: owned(when),
            answers: owned(answers),
        }
    }

    #[test]
    fn the_first_rule_that_fits_counts() {
        let rules = AnswerRules::new(vec![
            rule(Some("large"), &["bc"], &["A"]),
            rule(None, &["abcd", "again"], &["B"]),
            rule(None, &["abc"], &["C", "D"]),
        ])
        .expect("rules");
        let said = |model, prompt, choice| rules.answer(&request(model, prompt), choice);
        assert_eq!(said("large", "abcd again", 0), Some("A"));
        assert_eq!(said("small", "again abcd", 0), Some("B"));
        assert_eq!(said("small", "abcd", 0), Some("C"));
        assert_eq!(said("small", "abcd", 1), Some("D"));
        assert_eq!(said("small", "abcd", 2), Some("C"));
        assert_eq!(said("small", "bcd", 0), None);
    }

    #[test]
    fn a_rule_that_says_nothing_is_refused() {
        for bad in [rule(None, &[], &["A"]), rule(None, &["x"], &[])] {
            AnswerRules::new(vec![bad]).expect_err("not a rule");
        }
    }
}
