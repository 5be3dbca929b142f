//! Benchmarks that training data must not hold: what of their items is looked for, and
//! where.
//!
//! # What is compared
//!
//! An item has *prompts* (imports, signature and docstring, or the task in words) and
//! *solutions*. A piece of code has a *prefix* (imports, context, signature, docstring) and
//! a *completion* (the body). A prefix is held against prompts and solutions, a completion
//! against solutions; no n-gram reaches from one into the other.
//!
//! - **Words**: names, keywords, numbers and the words of strings and docstrings, in lower
//!   case; comments, import statements, operators and punctuation do not count, so that a
//!   task in words and the docstring made of it read alike. A text is found where at least
//!   a `share` of its `ngram`-word runs is, and at least two if it has as many. A text of fewer words than that says nothing
//!   and is not looked for.
//! - **Forms**: a function whose syntax tree is that of a solution's function, names of
//!   locals and parameters, its own name, annotations, decorators and docstrings aside. The
//!   function itself counts as completion, others of its code as prefix. A solution's
//!   function of fewer than `ngram` words is too common to be looked for.
//!
//! Never looks at the tests of a benchmark.

use std::collections::{BTreeMap, HashMap, HashSet};

use unitmill_model::{BenchmarkItem, Digest};
use unitmill_python::{code_words, function_forms};

use crate::near::hash_words;

/// What counts as found.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ContaminationSettings {
    /// Words of a run.
    pub ngram: u32,
    /// Least share of a text's runs.
    pub share: f64,
}

/// Items of benchmarks, ready to be looked for.
#[derive(Clone, Debug)]
pub struct Benchmarks {
    settings: ContaminationSettings,
    texts: Vec<Text>,
    /// By hash of a run of words: the texts that have it, ascending.
    runs: HashMap<u64, Vec<u32>>,
    /// By form: the item and the function's name.
    forms: HashMap<Digest, (String, String)>,
}

#[derive(Clone, Debug)]
struct Text {
    item: String,
    is_solution: bool,
    /// Different runs of words.
    runs: u32,
}

/// Which side of a pair a finding is on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Side {
    Prefix,
    Completion,
}

impl Benchmarks {
    /// No benchmarks yet.
    pub fn new(settings: ContaminationSettings) -> Self {
        Self {
            settings,
            texts: Vec::new(),
            runs: HashMap::new(),
            forms: HashMap::new(),
        }
    }

    /// Adds an item of a benchmark of that name. False if it has neither a prompt nor a
    /// solution.
    pub fn add(&mut self, benchmark: &str, item: &BenchmarkItem) -> bool {
        let name = if item.task_id.contains('/') {
            item.task_id.clone()
        } else {
            format!("{benchmark}/{}", item.task_id)
        };
        let prompts: Vec<&str> = [
            &item.prompt,
            &item.text,
            &item.complete_prompt,
            &item.instruct_prompt,
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
        for prompt in &prompts {
            self.add_text(&name, false, prompt, 0);
        }
        let mut solutions = 0;
        for solution in [&item.canonical_solution, &item.code].into_iter().flatten() {
            solutions += 1;
            self.add_solution(&name, item, solution);
        }
        solutions + prompts.len() > 0
    }

    /// A solution is a module of its own, or goes on where a prompt ends.
    fn add_solution(&mut self, name: &str, item: &BenchmarkItem, solution: &str) {
        let heads = [&item.code_prompt, &item.complete_prompt, &item.prompt];
        let heads = heads.into_iter().flatten().map(String::as_str);
        let joined = std::iter::once("").chain(heads).find_map(|head| {
            let module = format!("{head}{solution}");
            let forms = function_forms(&module);
            (!forms.is_empty()).then_some((module, head.len(), forms))
        });
        let Some((module, start, forms)) = joined else {
            return self.add_text(name, true, solution, 0);
        };
        self.add_text(name, true, &module, start);
        for form in forms {
            if form.words >= self.settings.ngram as usize {
                self.forms
                    .entry(form.form)
                    .or_insert_with(|| (name.to_owned(), form.name));
            }
        }
    }

    /// Adds the words of a text from an offset on.
    fn add_text(&mut self, item: &str, is_solution: bool, text: &str, start: usize) {
        let words: Vec<u64> = code_words(text)
            .into_iter()
            .filter(|(at, _)| *at >= start)
            .map(|(_, word)| hash_word(word))
            .collect();
        let index = self.texts.len() as u32;
        let mut count = 0;
        for run in self.runs_of(&words) {
            let holders = self.runs.entry(run).or_default();
            if holders.last() != Some(&index) {
                holders.push(index);
                count += 1;
            }
        }
        if count > 0 {
            self.texts.push(Text {
                item: item.to_owned(),
                is_solution,
                runs: count,
            });
        }
    }

    fn runs_of<'w>(&self, words: &'w [u64]) -> impl Iterator<Item = u64> + use<'w> {
        words.windows(self.settings.ngram as usize).map(hash_words)
    }

    /// Looks for every item in a piece of code whose completion begins at an offset and
    /// whose function has that name. What is found, for a person; the completion's before
    /// the prefix's, solutions before prompts, the larger share first.
    pub fn find(&self, code: &str, function: &str, completion_at: usize) -> Option<String> {
        self.find_form(code, function)
            .or_else(|| self.find_text(code, completion_at))
    }

    fn find_form(&self, code: &str, function: &str) -> Option<String> {
        if self.forms.is_empty() {
            return None;
        }
        let forms = function_forms(code);
        // A method's name is that of its class and its own.
        let own_name = function.rsplit('.').next().unwrap_or(function);
        let own = forms.iter().rposition(|form| form.name == own_name);
        let found = |index: usize| {
            let form = &forms[index];
            let (item, name) = self.forms.get(&form.form)?;
            let whose = if Some(index) == own {
                "the function".to_owned()
            } else {
                format!("`{}` in the prefix", form.name)
            };
            Some(format!(
                "{item} (solution): {whose} has the syntax tree of its `{name}`"
            ))
        };
        own.and_then(found)
            .or_else(|| (0..forms.len()).find_map(found))
    }

    fn find_text(&self, code: &str, completion_at: usize) -> Option<String> {
        let words = code_words(code);
        let cut = words.partition_point(|(at, _)| *at < completion_at);
        let hashes: Vec<u64> = words.iter().map(|(_, word)| hash_word(word)).collect();
        let mut best: Option<(Side, &Text, u32)> = None;
        for (side, hashes) in [
            (Side::Completion, &hashes[cut..]),
            (Side::Prefix, &hashes[..cut]),
        ] {
            for (index, shared) in self.shared_runs(hashes) {
                let text = &self.texts[index as usize];
                let is_compared = text.is_solution || side == Side::Prefix;
                // One run in common may be an idiom.
                let is_enough = shared >= text.runs.min(2)
                    && f64::from(shared) >= self.settings.share * f64::from(text.runs);
                let order = |side: Side, text: &Text, shared: u32| {
                    let share = u64::from(shared) * 1_000_000 / u64::from(text.runs);
                    (side, text.is_solution, share)
                };
                let is_better = best.is_none_or(|(best_side, best_text, best_shared)| {
                    order(side, text, shared) > order(best_side, best_text, best_shared)
                });
                if is_compared && is_enough && is_better {
                    best = Some((side, text, shared));
                }
            }
        }
        best.map(|(side, text, shared)| {
            let kind = if text.is_solution {
                "solution"
            } else {
                "prompt"
            };
            let side = match side {
                Side::Prefix => "prefix",
                Side::Completion => "completion",
            };
            format!(
                "{} ({kind}): {shared} of its {} runs of {} words are in the {side}",
                text.item, text.runs, self.settings.ngram
            )
        })
    }

    /// How many different runs each text has in common with these words.
    fn shared_runs(&self, words: &[u64]) -> BTreeMap<u32, u32> {
        let mut shared = BTreeMap::new();
        let mut seen = HashSet::new();
        for run in self.runs_of(words) {
            if let Some(texts) = self.runs.get(&run)
                && seen.insert(run)
            {
                for &text in texts {
                    *shared.entry(text).or_default() += 1;
                }
            }
        }
        shared
    }
}

fn hash_word(word: &str) -> u64 {
    if word
        .bytes()
        .any(|byte| !byte.is_ascii() || byte.is_ascii_uppercase())
    {
        crate::near::hash_text(&word.to_lowercase())
    } else {
        crate::near::hash_text(word)
    }
}
