//! The offline test generator: expectations from doctests, and from looking at what the
//! function does with inputs that its text suggests.
//!
//! It looks twice, with different seeds, and drops what differs. It never believes an
//! observation over a doctest: where the two disagree, the test asserts the doctest. Nor
//! does it use what was seen of a look that ran out of time: how far that came is a matter
//! of the machine.

mod alone;
mod call;
mod doctest;
mod facts;
mod kinds;
mod ladder;
mod learn;
mod matching;
mod plan;
mod receiver;
mod relation;
mod search;
mod select;
mod shape;
mod suite;
#[cfg(test)]
mod tests;
mod typed;
mod values;
mod wishes;

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use unitmill_model::{
    Observation, ObservedCall, ObservedValue, Outcome, SCRATCH_FOLDER, ValueKind, Verdict,
    Verification,
};
use unitmill_python::{Signature, signature};

use crate::Environment;
use crate::syntax::{Module, canonical, expression, last_of};
use alone::Alone;
pub(crate) use call::Call;
use doctest::Example;
use plan::{MOST_CALLS, Planner};
use search::{Search, Trial};
use shape::Shape;
use suite::Writer;

/// At most this many looks at one piece of code.
const MOST_LOOKS: u32 = 3;
/// At most this many looks of the search come after these.
const MOST_SEARCHES: u32 = 10;
/// Longer expectations are not readable.
const LONGEST_SOURCE: usize = 600;

/// A suite that the generator wrote.
#[derive(Clone, Debug)]
pub(crate) struct Suite {
    /// The test part of the module.
    pub(crate) text: String,
    /// Where its expectations are from.
    pub(crate) verification: Verification,
    /// What was seen, for the refiner.
    pub(crate) evidence: Evidence,
}

/// What was seen of a function.
#[derive(Clone, Default, Debug)]
pub(crate) struct Evidence {
    /// Calls that returned a value, the chosen ones first.
    pub(crate) returned: Vec<Seen>,
    /// Calls that raised, with the exception's name.
    pub(crate) raised: Vec<(Call, String)>,
}

/// A call and what it returned.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) call: Call,
    pub(crate) value: ObservedValue,
    /// The result was unrolled from an iterator.
    pub(crate) unrolled: bool,
    /// A test asserts it.
    pub(crate) chosen: bool,
}

/// What the generator makes of a look.
#[derive(Debug)]
pub(crate) enum Findings {
    /// It wants to see other calls.
    LookAgain,
    /// The code seems broken in a way that rules may know; [`Generator::proceed`] goes on
    /// without a repair.
    Repair {
        /// What was raised.
        error: String,
    },
    /// Tests.
    Suite(Box<Suite>),
    /// Results differ between two runs.
    Nondeterministic(String),
    /// Nothing that could be asserted; what there was.
    Nothing(String),
}

/// What an observed call was for.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Entry {
    Example(usize),
    Guided(Call),
}

/// An observed call.
#[derive(Clone, Debug)]
struct Looked {
    entry: Entry,
    seen: Observation,
    /// It did the same whenever it was seen.
    stable: bool,
    /// It was seen with both seeds.
    confirmed: bool,
}

/// With which of the two seeds a look is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seeds {
    /// With both.
    Both,
    /// With the first: most of what a search tries comes to nothing.
    First,
    /// With the second: what is to become a test.
    Second,
}

/// The generator for one piece of code.
pub(crate) struct Generator {
    function: String,
    planner: Planner,
    examples: Vec<Example>,
    ranks: Vec<usize>,
    looks: u32,
    search: Search,
    searches: u32,
    /// How many more calls may be looked at.
    budget: usize,
    /// It goes on looking for calls that reach further.
    may_search: bool,
    unroll: bool,
    /// What is out for the next look.
    current: Vec<Entry>,
    seeds: Seeds,
    /// How often calls that the search found were seen again.
    confirmations: u32,
    looked: Vec<Looked>,
    /// Verdict and detail of a look in which not every call reported.
    broken: Option<(Verdict, String)>,
    /// Calls behind one that ended the run.
    unseen: Vec<Entry>,
    /// Calls of a look that was ended.
    alone: Alone,
    /// Exceptions that the code raises by name.
    deliberate: BTreeSet<String>,
    bound: BTreeMap<String, Option<String>>,
}

impl Generator {
    /// None if the code has no such function.
    pub(crate) fn new(code: &str, function: &str, environment: &Environment) -> Option<Self> {
        let signature: Signature = signature(code, function)?;
        let planner = Planner::new(code, function, &signature, environment)?;
        let module = Module::parse(code)?;
        let mut raises = Raises::default();
        raises.visit_body(module.body());
        let ranks = vec![0; planner.slots.len()];
        let mut generator = Self {
            examples: doctest::examples(code, function, &signature, environment),
            function: function.to_owned(),
            unroll: signature.is_generator && !signature.is_async,
            bound: module.bound_names(),
            planner,
            ranks,
            looks: 0,
            search: Search::new(Shape::of(&module, function)),
            searches: 0,
            budget: MOST_LOOKS as usize * MOST_CALLS,
            may_search: false,
            current: Vec::new(),
            seeds: Seeds::Both,
            confirmations: 0,
            looked: Vec::new(),
            broken: None,
            unseen: Vec::new(),
            alone: Alone::default(),
            deliberate: raises.names,
        };
        generator.current = (0..generator.examples.len()).map(Entry::Example).collect();
        generator.plan_calls();
        Some(generator)
    }

    /// Lets it look at so many calls in all, in search of those that reach further.
    pub(crate) fn searching(mut self, calls: u32) -> Self {
        self.budget = usize::try_from(calls).unwrap_or(usize::MAX);
        self.may_search = true;
        self
    }

    /// Whether it wants to know which lines its calls execute.
    pub(crate) fn wants_lines(&self) -> bool {
        self.may_search
    }

    /// With which seeds the next look is to be taken.
    pub(crate) fn seeds(&self) -> Seeds {
        self.seeds
    }

    fn plan_calls(&mut self) {
        let planned = self.planner.calls(&self.ranks);
        for call in &planned {
            self.search.note(call);
        }
        self.current.extend(planned.into_iter().map(Entry::Guided));
    }

    /// The calls to look at next.
    pub(crate) fn calls(&self) -> Vec<ObservedCall> {
        self.current
            .iter()
            .map(|entry| match entry {
                Entry::Example(index) => {
                    let example = &self.examples[*index];
                    ObservedCall {
                        setup: example.setup.clone(),
                        expression: example.expression.clone(),
                        arguments: Vec::new(),
                    }
                }
                Entry::Guided(call) => call.observed(self.unroll),
            })
            .collect()
    }

    /// Takes one outcome of the calls for each of [`Self::seeds`], in their order.
    pub(crate) fn look(&mut self, outcomes: &[&Outcome]) -> Findings {
        let (first, second) = match outcomes {
            [outcome] => (*outcome, *outcome),
            [first, second] => (*first, *second),
            _ => return Findings::Nothing("the function was not observed".to_owned()),
        };
        let entries = std::mem::take(&mut self.current);
        if !self.alone.is_under_way() && self.seeds != Seeds::Second {
            self.looks += 1;
            self.budget = self.budget.saturating_sub(entries.len());
        }
        let worse = if first.verdict == Verdict::Passed {
            second
        } else {
            first
        };
        let broken = (worse.verdict != Verdict::Passed)
            .then(|| (worse.verdict, worse.detail.trim().to_owned()));
        if self.seeds == Seeds::Second && ends_a_run(second.verdict) {
            // What ends it takes those behind it along.
            if entries.len() == 1 {
                self.broken = broken;
            }
            for given_up in self.alone.ended(entries) {
                self.leave_out(&given_up);
            }
        } else if self.seeds == Seeds::Second {
            self.confirm(entries, second);
        } else if worse.verdict == Verdict::Timeout {
            // A look that is taken again call by call tells nothing.
            self.broken = broken.filter(|_| entries.len() == 1);
            self.unseen.clear();
            let _in_no_look = self.alone.ended(entries);
        } else {
            // Of calls that are looked at one by one, any that went wrong tells why.
            if broken.is_some() || !self.alone.is_under_way() {
                self.broken = broken;
            }
            self.take_in(entries, first, second);
        }
        if let Some(next) = self.alone.next() {
            self.current = vec![next];
            return Findings::LookAgain;
        }
        if self.seeds == Seeds::Second {
            return self.finish();
        }
        // What the search tries is meant to go wrong now and then.
        match self.repairable_error().filter(|_| self.searches == 0) {
            Some(error) => Findings::Repair { error },
            None => self.proceed(),
        }
    }

    /// Notes what was seen of calls.
    fn take_in(&mut self, entries: Vec<Entry>, first: &Outcome, second: &Outcome) {
        let reported = first.observations.len().min(second.observations.len());
        for (entry, (one, other)) in entries
            .iter()
            .zip(first.observations.iter().zip(&second.observations))
        {
            let mut seen = one.clone();
            keep_common_traits(&mut seen, other);
            self.looked.push(Looked {
                entry: entry.clone(),
                stable: same(&seen, other),
                seen,
                confirmed: self.seeds == Seeds::Both,
            });
        }
        // The call that ended the run is not tried again; those behind it are.
        self.unseen = if reported > 0 || self.ended_by_a_call() {
            entries.into_iter().skip(reported + 1).collect()
        } else {
            Vec::new()
        };
    }

    /// Notes what was seen of calls that are to become tests, when they were looked at again.
    fn confirm(&mut self, entries: Vec<Entry>, second: &Outcome) {
        let mut observations = second.observations.iter();
        for entry in entries {
            let other = observations.next();
            let known = self.looked.iter_mut().find(|looked| looked.entry == entry);
            if let Some(looked) = known {
                if let Some(other) = other {
                    keep_common_traits(&mut looked.seen, other);
                }
                // Where there is none, the module did not even load with this seed.
                looked.stable = other.is_some_and(|other| same(&looked.seen, other));
                looked.confirmed = true;
            }
        }
    }

    /// Forgets a call that nothing can be learnt from.
    fn leave_out(&mut self, entry: &Entry) {
        self.looked.retain(|looked| looked.entry != *entry);
    }

    /// Whether it was a limit that ended the run, and not the loading of the module.
    fn ended_by_a_call(&self) -> bool {
        self.broken
            .as_ref()
            .is_some_and(|&(verdict, _)| ends_a_run(verdict))
    }

    /// What the rules may know a repair for: a module that does not load, names and
    /// modules that are not there; anything at all where no call returned.
    fn repairable_error(&self) -> Option<String> {
        if self.looked.is_empty() {
            let (verdict, detail) = self.broken.as_ref()?;
            return (!self.ended_by_a_call()).then(|| format!("{verdict}: {detail}"));
        }
        let any_value = self.looked.iter().any(|looked| looked.seen.value.is_some());
        let mut errors: Vec<String> = Vec::new();
        for looked in &self.looked {
            let Some(exception) = &looked.seen.exception else {
                continue;
            };
            let message = &looked.seen.message;
            let of_the_code = match last_of(exception) {
                "NameError" | "ImportError" | "ModuleNotFoundError" | "UnboundLocalError" => true,
                "AttributeError" => !any_value || is_old_name(message),
                "TypeError" => !any_value || message.contains("unexpected keyword argument"),
                _ => false,
            };
            let error = format!("{}: {message}", last_of(exception));
            if of_the_code && !errors.contains(&error) {
                errors.push(error);
            }
        }
        // A text where bytes belong is the first guess's fault before it is Python 2's.
        if self.looks == 1 {
            errors.retain(|error| !error.contains("'str' object has no attribute 'decode'"));
        }
        (!errors.is_empty()).then(|| errors.join("\n"))
    }

    /// Goes on without a repair.
    pub(crate) fn proceed(&mut self) -> Findings {
        let may_look = self.looks < MOST_LOOKS && self.budget > 0;
        if may_look && !self.unroll && self.returns_iterators() {
            self.unroll = true;
            let entries = self.looked.drain(..).map(|looked| looked.entry);
            self.current = entries.collect();
            return Findings::LookAgain;
        }
        let values = self.values().count();
        if may_look && values < 3 && !self.unseen.is_empty() {
            self.current = std::mem::take(&mut self.unseen);
            return Findings::LookAgain;
        }
        if may_look && values < 2 && self.mostly_wrong_types() {
            let messages: Vec<&str> = self
                .looked
                .iter()
                .filter(|looked| looked.seen.exception.is_some())
                .map(|looked| looked.seen.message.as_str())
                .collect();
            let keys: Vec<&str> = self
                .looked
                .iter()
                .filter(|looked| looked.seen.exception.as_deref() == Some("KeyError"))
                .map(|looked| looked.seen.message.as_str())
                .collect();
            let learnt_keys = self.planner.learn_keys(&keys);
            let learnt_texts = self.planner.learn_texts(&messages);
            if learnt_keys || learnt_texts {
                self.plan_calls();
                return Findings::LookAgain;
            }
            if let Some(ranks) = self.planner.next_ranks(&self.ranks, &messages) {
                self.ranks = ranks;
                self.plan_calls();
                return Findings::LookAgain;
            }
        }
        let may_search = self.may_search && self.budget > 0 && self.searches < MOST_SEARCHES;
        if may_search && !self.differs() && !self.alone.has_enough() {
            self.searches += 1;
            let mut calls = std::mem::take(&mut self.unseen);
            if calls.is_empty() {
                calls = self.further().into_iter().map(Entry::Guided).collect();
            }
            calls.truncate(self.budget);
            if !calls.is_empty() {
                self.current = calls;
                self.seeds = Seeds::First;
                return Findings::LookAgain;
            }
        }
        self.finish()
    }

    /// Calls that may reach what none has reached that makes a test.
    fn further(&mut self) -> Vec<Call> {
        let mut reached = BTreeSet::new();
        let mut trials = Vec::new();
        for looked in &self.looked {
            let covered = self.search.shape.covered(&looked.seen.lines);
            match &looked.entry {
                Entry::Example(_) if looked.stable => reached.extend(covered),
                Entry::Example(_) => {}
                Entry::Guided(call) => trials.push(Trial {
                    call,
                    covered,
                    raised: looked
                        .seen
                        .exception
                        .as_ref()
                        .map(|_| (looked.seen.raised_at, looked.seen.message.as_str())),
                    is_usable: self.worth(looked).is_some(),
                }),
            }
        }
        let mut search = std::mem::take(&mut self.search);
        let calls = search.propose(&self.planner, &trials, &reached, self.budget);
        self.search = search;
        calls
    }

    fn guided(&self) -> impl Iterator<Item = (&Call, &Looked)> {
        self.looked.iter().filter_map(|looked| match &looked.entry {
            Entry::Guided(call) => Some((call, looked)),
            Entry::Example(_) => None,
        })
    }

    /// Whether the function gives different results for the same call: then what happened
    /// to agree is chance. Calls that give a seed are another matter.
    fn differs(&self) -> bool {
        let is_seeded = |call: &Call| {
            call.arguments.iter().any(|(name, value)| {
                value != "None"
                    && ["seed", "random_state", "rng", "random_seed"].contains(&name.as_str())
            })
        };
        let seeded_differs = self
            .guided()
            .any(|(call, looked)| !looked.stable && is_seeded(call));
        let plain_differs = self
            .guided()
            .any(|(call, looked)| !looked.stable && !is_seeded(call));
        let seeded_value = self.values().any(|(call, _, _)| is_seeded(call));
        seeded_differs || (plain_differs && !seeded_value)
    }

    /// Guided calls that returned something that can be asserted.
    fn values(&self) -> impl Iterator<Item = (&Call, &Looked, &ObservedValue)> {
        self.guided().filter_map(|(call, looked)| {
            let value = looked.seen.value.as_ref()?;
            let usable = looked.stable && !is_none(value) && self.is_assertable(value);
            usable.then_some((call, looked, value))
        })
    }

    fn returns_iterators(&self) -> bool {
        self.guided().any(|(_, looked)| {
            looked.seen.value.as_ref().is_some_and(|value| {
                value.kind == ValueKind::Opaque
                    && matches!(
                        last_of(&value.type_name),
                        "generator"
                            | "map"
                            | "filter"
                            | "zip"
                            | "enumerate"
                            | "islice"
                            | "chain"
                            | "reversed"
                            | "list_iterator"
                            | "dict_keys"
                            | "dict_values"
                            | "dict_items"
                            | "permutations"
                            | "combinations"
                            | "product"
                            | "accumulate"
                            | "takewhile"
                            | "dropwhile"
                            | "starmap"
                            | "range_iterator"
                            | "tuple_iterator"
                            | "set_iterator"
                            | "dict_keyiterator"
                            | "compress"
                            | "list_reverseiterator"
                            | "zip_longest"
                            | "filterfalse"
                            | "pairwise"
                            | "batched"
                            | "str_iterator"
                            | "callable_iterator"
                            | "cycle"
                            | "count"
                            | "str_ascii_iterator"
                            | "repeat"
                            | "groupby"
                    )
            })
        })
    }

    fn mostly_wrong_types(&self) -> bool {
        let (mut wrong, mut all) = (0, 0);
        for (_, looked) in self.guided() {
            all += 1;
            let raised = looked.seen.exception.as_deref().map_or("", last_of);
            let is_wrong = !raised.is_empty() && !self.deliberate.contains(raised);
            wrong += usize::from(is_wrong);
        }
        all > 0 && wrong * 2 > all
    }
}

/// Whether a verdict is one that a call brings about, and not the loading of the module.
fn ends_a_run(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Timeout
            | Verdict::OutOfMemory
            | Verdict::Crashed
            | Verdict::Denied
            | Verdict::OutputLimit
            | Verdict::Incomplete
    )
}

/// Whether an `AttributeError` speaks of something that only older versions had, whatever
/// the inputs were.
fn is_old_name(message: &str) -> bool {
    message.contains("module '")
        || message.contains("was removed")
        || message.contains("no longer available")
        || message.contains("'DataFrame' object")
        || message.contains("'Series' object")
        || [
            "has_key",
            "iteritems",
            "itervalues",
            "iterkeys",
            "viewitems",
            "isAlive",
        ]
        .iter()
        .any(|name| message.ends_with(&format!("'{name}'")))
}

/// Whether an observation shows the example failing or passing, rather than lacking
/// something that only its author had.
fn can_judge(example: &Example, seen: &Observation) -> bool {
    match (&example.want, seen.exception.as_deref().map(last_of)) {
        (doctest::Want::Raises(_), _) => true,
        (_, Some("NameError" | "ImportError" | "ModuleNotFoundError" | "FileNotFoundError")) => {
            false
        }
        _ => true,
    }
}

fn is_none(value: &ObservedValue) -> bool {
    value.type_name == "NoneType" || value.source.as_deref() == Some("None")
}

fn is_usable(value: &ObservedValue) -> bool {
    value.kind != ValueKind::Opaque
        && value
            .source
            .as_ref()
            .is_some_and(|source| source.len() <= LONGEST_SOURCE)
}

/// Whether a value holds the path of the folder that the sandbox gives a run: a test that
/// asserts it holds nowhere else.
fn names_the_scratch_folder(value: &ObservedValue) -> bool {
    let source = value.source.as_ref().unwrap_or(&value.repr);
    source.contains(SCRATCH_FOLDER)
}

/// Leaves opaque values those traits that hold elsewhere, and in the other observation too.
fn keep_common_traits(seen: &mut Observation, other: &Observation) {
    fn keep(value: &mut ObservedValue, other: &ObservedValue) {
        value.traits.retain(|one| {
            let is_common = other.traits.iter().any(|other| {
                other.expression == one.expression && same_value(&other.value, &one.value)
            });
            is_common && !names_the_scratch_folder(&one.value)
        });
    }
    if let (Some(value), Some(other)) = (&mut seen.value, &other.value) {
        keep(value, other);
    }
    for (value, other) in seen.arguments.iter_mut().zip(&other.arguments) {
        keep(value, other);
    }
}

/// Whether two observations of one call agree.
fn same(one: &Observation, other: &Observation) -> bool {
    let values = match (&one.value, &other.value) {
        (Some(one), Some(other)) => same_value(one, other),
        (None, None) => true,
        _ => false,
    };
    values
        && one.exception == other.exception
        && one.printed == other.printed
        && one.arguments.len() == other.arguments.len()
        && one
            .arguments
            .iter()
            .zip(&other.arguments)
            .all(|(one, other)| same_value(one, other))
}

fn same_value(one: &ObservedValue, other: &ObservedValue) -> bool {
    if one.kind != other.kind || one.type_name != other.type_name {
        return false;
    }
    match (&one.source, &other.source) {
        (Some(one), Some(other)) => one == other || canonical(one) == canonical(other),
        // Of what cannot be rebuilt only the type counts.
        _ => expression(&one.repr).is_none() || one.repr == other.repr,
    }
}

/// The examples of a function's docstring as a suite of their own; none if none of them can
/// be checked from its text.
pub(crate) fn example_suite(
    code: &str,
    function: &str,
    environment: &Environment,
) -> Option<String> {
    let signature: Signature = signature(code, function)?;
    let bound = Module::parse(code)?.bound_names();
    let mut writer = Writer::new(function, &bound);
    for example in doctest::examples(code, function, &signature, environment) {
        writer.example(&example, None);
    }
    (writer.count() > 0).then(|| writer.finish())
}

/// The last parts of the names of exceptions that the code raises on purpose.
pub(crate) fn deliberate_exceptions(code: &str) -> BTreeSet<String> {
    let mut raises = Raises::default();
    if let Some(module) = Module::parse(code) {
        raises.visit_body(module.body());
    }
    raises.names
}

/// Names of exceptions in `raise` statements, and `AssertionError` for `assert`.
#[derive(Default)]
struct Raises {
    names: BTreeSet<String>,
}

impl<'ast> Visitor<'ast> for Raises {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Raise(raise) => {
                let raised = match raise.exc.as_deref() {
                    Some(Expr::Call(call)) => crate::syntax::dotted(&call.func),
                    Some(other) => crate::syntax::dotted(other),
                    None => None,
                };
                if let Some(name) = raised {
                    self.names.insert(last_of(&name).to_owned());
                }
            }
            Stmt::Assert(_) => {
                self.names.insert("AssertionError".to_owned());
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }
}
