//! From what was seen to a suite: as few tests as reach every statement that the calls
//! reached, a handful of different results besides, and nothing that could not be asserted.

use std::collections::{BTreeMap, BTreeSet};

use unitmill_model::{ObservedValue, SCRATCH_FOLDER, ValueKind, Verification};

use super::suite::{self, Writer, has_effect};
use super::{
    Call, Entry, Evidence, Findings, Generator, Looked, Seeds, Seen, Suite, can_judge, is_none,
    is_usable, names_the_scratch_folder,
};
use crate::syntax::{canonical, last_of};

/// At most this many tests are written for the sake of what they reach.
const MOST_REACHING: usize = 12;
/// Up to this many different results are asserted, reach or not.
const MOST_VALUES: usize = 5;
/// And so many more than there are for the sake of what they reach.
const FURTHER_VALUES: usize = 2;
/// The same result again only up to so many tests.
const FEWEST_VALUES: usize = 3;
/// At most this many kinds of exceptions are asserted for their own sake.
const MOST_EXCEPTIONS: usize = 2;

/// How often calls that the search found are seen again, before those are taken that were.
const MOST_CONFIRMATIONS: u32 = 3;

/// What a test of a call would assert.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Worth {
    /// What it returns.
    Value,
    /// That it returns nothing, and what it does to arguments or output.
    Effect,
    /// That it returns nothing.
    Nothing,
    /// The exception of this name.
    Raises(String),
}

/// A call that may become a test.
struct Choice<'a> {
    worth: Worth,
    index: usize,
    call: &'a Call,
    looked: &'a Looked,
}

impl Choice<'_> {
    fn is_exception(&self) -> bool {
        matches!(self.worth, Worth::Raises(_))
    }
}

impl Generator {
    /// What a test of a call could assert; none if nothing that would say something.
    pub(super) fn worth(&self, looked: &Looked) -> Option<Worth> {
        let is_late = self.confirmations >= MOST_CONFIRMATIONS && !looked.confirmed;
        let seen = &looked.seen;
        let names_the_scratch_folder = seen.printed.contains(SCRATCH_FOLDER)
            || seen.arguments.iter().any(names_the_scratch_folder);
        if !looked.stable || is_late || names_the_scratch_folder {
            return None;
        }
        match &looked.seen.value {
            Some(value) if is_none(value) => match &looked.entry {
                Entry::Guided(call) if has_effect(call, &looked.seen) => Some(Worth::Effect),
                _ => Some(Worth::Nothing),
            },
            Some(value) if self.is_assertable(value) => Some(Worth::Value),
            Some(_) => None,
            None => self.clear_exception(looked).map(Worth::Raises),
        }
    }

    pub(super) fn is_assertable(&self, value: &ObservedValue) -> bool {
        if names_the_scratch_folder(value) {
            return false;
        }
        is_usable(value)
            || suite::constructor(value, &self.bound).is_some()
            || (value.kind == ValueKind::Opaque
                && value
                    .traits
                    .iter()
                    .any(|one| !one.expression.starts_with("type(")))
    }

    /// The tests, or why there are none.
    pub(super) fn finish(&mut self) -> Findings {
        let mut writer = Writer::new(&self.function, &self.bound);
        let mut reached: BTreeSet<usize> = BTreeSet::new();
        for (index, example) in self.examples.iter().enumerate() {
            let looked = self
                .looked
                .iter()
                .find(|looked| matches!(looked.entry, Entry::Example(at) if at == index));
            // Without an observation the text is all there is, and enough.
            if looked.is_none_or(|looked| looked.stable && can_judge(example, &looked.seen)) {
                writer.example(example, looked.map(|looked| &looked.seen));
                if let Some(looked) = looked {
                    reached.extend(self.search.shape.covered(&looked.seen.lines));
                }
            }
        }
        let from_examples = writer.count();
        let has_examples = writer.has_value;
        let mut chosen: Vec<String> = Vec::new();
        let mut evidence = Evidence::default();
        if self.differs() {
            if !has_examples {
                return self.nothing();
            }
        } else {
            let found = self.choose(&writer, reached, has_examples);
            let doubtful: Vec<Entry> = found
                .iter()
                .filter(|one| !one.looked.confirmed)
                .map(|one| one.looked.entry.clone())
                .collect();
            if !doubtful.is_empty() {
                self.current = doubtful;
                self.seeds = Seeds::Second;
                self.confirmations += 1;
                return Findings::LookAgain;
            }
            for one in found {
                self.write(&mut writer, &one);
                if !matches!(one.worth, Worth::Raises(_)) {
                    chosen.push(one.call.text());
                }
            }
        }
        for (call, _, value) in self.values() {
            let is_chosen = chosen.contains(&call.text());
            if value.kind != ValueKind::Opaque || suite::constructor(value, &self.bound).is_some() {
                evidence.returned.push(Seen {
                    call: call.clone(),
                    value: value.clone(),
                    unrolled: self.unroll,
                    chosen: is_chosen,
                });
            }
        }
        evidence.returned.sort_by_key(|seen| !seen.chosen);
        for (call, looked) in self.guided() {
            if let Some(name) = self.clear_exception(looked)
                && !evidence.raised.iter().any(|(_, other)| *other == name)
            {
                evidence.raised.push((call.clone(), name));
            }
        }
        if writer.count() == 0 || (from_examples == 0 && chosen.is_empty()) {
            return self.nothing();
        }
        let verification = if has_examples || writer.count() == from_examples {
            Verification::Doctest
        } else {
            Verification::Regression
        };
        Findings::Suite(Box::new(Suite {
            text: writer.finish(),
            verification,
            evidence,
        }))
    }

    /// The calls that become regression tests, in their order. Beside examples, only what
    /// reaches further.
    fn choose(
        &self,
        writer: &Writer<'_>,
        mut reached: BTreeSet<usize>,
        has_examples: bool,
    ) -> Vec<Choice<'_>> {
        let mut open: Vec<(Choice<'_>, BTreeSet<usize>)> = self
            .guided()
            .enumerate()
            .filter_map(|(index, (call, looked))| {
                let choice = Choice {
                    worth: self.worth(looked)?,
                    index,
                    call,
                    looked,
                };
                let covered = self.search.shape.covered(&looked.seen.lines);
                self.write(&mut writer.clone(), &choice)
                    .then_some((choice, covered))
            })
            .collect();
        let mut chosen: Vec<Choice<'_>> = Vec::new();
        while chosen.len() < MOST_REACHING {
            let best = open
                .iter()
                .enumerate()
                .map(|(at, (choice, covered))| {
                    let gain = covered.difference(&reached).count();
                    let rank = std::cmp::Reverse((choice.worth.clone(), choice.index));
                    (gain, rank, at)
                })
                .max();
            let Some((gain, _, at)) = best else { break };
            if gain == 0 {
                break;
            }
            let (choice, covered) = open.remove(at);
            reached.extend(covered);
            chosen.push(choice);
        }
        if !has_examples {
            fill_up(
                &mut chosen,
                open.into_iter().map(|(choice, _)| choice).collect(),
            );
        }
        chosen.sort_by(|one, other| (&one.worth, one.index).cmp(&(&other.worth, other.index)));
        let says_something = has_examples
            || chosen.iter().any(|one| match one.worth {
                Worth::Value | Worth::Effect => true,
                Worth::Nothing | Worth::Raises(_) => false,
            })
            // Of a function that only checks: a test for each of its two answers.
            || (chosen.iter().any(|one| one.worth == Worth::Nothing)
                && chosen.iter().any(Choice::is_exception));
        if says_something { chosen } else { Vec::new() }
    }

    /// Writes a test. Says whether it could be written.
    fn write(&self, writer: &mut Writer<'_>, choice: &Choice<'_>) -> bool {
        let (call, seen) = (choice.call, &choice.looked.seen);
        match (&choice.worth, &seen.value) {
            (Worth::Value, Some(value)) => writer.value(call, value, seen, self.unroll),
            (Worth::Effect, _) => writer.effect(call, seen) || writer.none(call),
            (Worth::Nothing, _) => writer.none(call),
            (Worth::Raises(name), _) => writer.raises(call, name, self.unroll),
            (Worth::Value, None) => false,
        }
    }

    /// The name of an exception that a test may assert: one that the code raises by name,
    /// or one that says something about the input.
    pub(super) fn clear_exception(&self, looked: &Looked) -> Option<String> {
        let exception = looked.seen.exception.as_deref()?;
        let name = last_of(exception);
        if !looked.stable || name == "NotImplementedError" {
            return None;
        }
        let is_builtin = !exception.contains('.');
        let is_own = self.bound.contains_key(name);
        let speaks = matches!(
            name,
            "ValueError"
                | "KeyError"
                | "IndexError"
                | "ZeroDivisionError"
                | "OverflowError"
                | "FileNotFoundError"
        );
        let raised_here = looked
            .seen
            .raised_at
            .is_some_and(|line| self.search.shape.raises_at(line));
        let usable = (is_builtin && (speaks || raised_here || self.deliberate.contains(name)))
            || (is_own && (raised_here || self.deliberate.contains(name)));
        usable.then(|| name.to_owned())
    }

    /// Why there are no tests.
    fn nothing(&self) -> Findings {
        if let Some((verdict, detail)) = &self.broken
            && self.looked.is_empty()
        {
            return Findings::Nothing(format!(
                "the function cannot be observed: {verdict}: {detail}"
            ));
        }
        let unstable = self.looked.iter().filter(|looked| !looked.stable).count();
        let all = self.looked.len();
        if self.differs() || (unstable > 0 && self.values().next().is_none()) {
            // How many is chance.
            return Findings::Nondeterministic(
                "calls gave another result in a second run".to_owned(),
            );
        }
        let mut kinds: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for looked in &self.looked {
            let (kind, example) = match (&looked.seen.exception, &looked.seen.value) {
                (Some(exception), _) => (
                    format!("raised {}", last_of(exception)),
                    looked.seen.message.clone(),
                ),
                (None, Some(value)) if is_none(value) => {
                    ("returned None".to_owned(), String::new())
                }
                (None, Some(value)) => (
                    format!("returned {}, which cannot be compared", value.type_name),
                    String::new(),
                ),
                (None, None) => ("gave nothing".to_owned(), String::new()),
            };
            let entry = kinds.entry(kind).or_insert((0, example));
            entry.0 += 1;
        }
        let mut parts: Vec<(usize, String)> = kinds
            .into_iter()
            .map(|(kind, (count, example))| {
                let who = if count == all {
                    "every call".to_owned()
                } else {
                    format!("{count} of {all} calls")
                };
                let colon = if example.is_empty() { "" } else { ": " };
                (count, format!("{who} {kind}{colon}{example}"))
            })
            .collect();
        parts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let mut detail: Vec<String> = parts.into_iter().take(3).map(|(_, part)| part).collect();
        if let Some((verdict, text)) = &self.broken {
            detail.push(format!("the run ended early: {verdict}: {text}"));
        }
        if detail.is_empty() {
            detail.push("no call could be made".to_owned());
        }
        Findings::Nothing(detail.join("; "))
    }
}

/// Adds different results first, then the same ones again, then exceptions.
fn fill_up<'a>(chosen: &mut Vec<Choice<'a>>, mut open: Vec<Choice<'a>>) {
    let mut results: BTreeSet<String> = chosen.iter().map(|one| result(one.looked)).collect();
    let has = |worth: Worth| chosen.iter().chain(&open).any(|one| one.worth == worth);
    let main = match (has(Worth::Value), has(Worth::Effect)) {
        (true, _) => Worth::Value,
        (false, true) => Worth::Effect,
        (false, false) => Worth::Nothing,
    };
    for again in [false, true] {
        let mut count = chosen.iter().filter(|one| one.worth == main).count();
        let limit = match again {
            true => FEWEST_VALUES,
            false => MOST_VALUES.max(count + FURTHER_VALUES),
        };
        let (taken, rest) = open.into_iter().partition(|one: &Choice<'_>| {
            let is_wanted =
                one.worth == main && count < limit && (results.insert(result(one.looked)) || again);
            count += usize::from(is_wanted);
            is_wanted
        });
        chosen.extend::<Vec<_>>(taken);
        open = rest;
    }
    for one in open {
        let exceptions = chosen.iter().filter(|one| one.is_exception()).count();
        let is_new = !chosen.iter().any(|other| other.worth == one.worth);
        let is_wanted = match one.worth {
            Worth::Value => false,
            Worth::Effect | Worth::Nothing => main == Worth::Value,
            Worth::Raises(_) => exceptions < MOST_EXCEPTIONS,
        };
        if is_new && is_wanted {
            chosen.push(one);
        }
    }
}

/// What tells one result from another.
fn result(looked: &Looked) -> String {
    match &looked.seen.value {
        Some(value) => {
            let text = match &value.source {
                Some(source) => canonical(source),
                None => {
                    let traits = value.traits.iter().map(|one| {
                        let source = one.value.source.as_deref().unwrap_or_default();
                        format!("{} {source}", one.expression)
                    });
                    format!("{} {}", value.repr, traits.collect::<Vec<_>>().join(" "))
                }
            };
            format!("{} {text} {}", value.type_name, looked.seen.printed)
        }
        None => looked.seen.exception.clone().unwrap_or_default(),
    }
}
