//! From what is known about a function to calls worth looking at.

use std::collections::BTreeMap;

use unitmill_python::{Parameter, ParameterKind, Signature, constants};

use super::call::Call;
use super::facts::{Facts, annotate, of_function};
use super::kinds::{Kind, moments};
use super::ladder::{Libraries, by_role, ladder, themes};
use super::learn::{is_at_hand, wanted_kind};
use super::matching::{examples, patterns};
use super::receiver::Receiver;
use super::typed::of_annotation;
use super::values::{Surroundings, USUAL_COLUMNS, Value, by_default, by_name, pool};
use crate::Environment;
use crate::syntax::{Module, expression, quote, root_of};
use ruff_python_ast::Expr;

/// At most this many calls in one look.
pub(crate) const MOST_CALLS: usize = 28;

/// At most this many texts that match regular expressions of the code are tried anywhere.
const MOST_MATCHING: usize = 6;

const NUMBER_THEMES: [[i64; 4]; 6] = [
    [3, 4, 5, 6],
    [4, 6, 9, 13],
    [9, 6, 4, 1],
    [12, 18, 12, 30],
    [7, 7, 2, 5],
    [100, 3, 1, 50],
];

/// The name of the object whose method is called.
pub(super) const INSTANCE: &str = "instance";

/// Evidence that leaves no doubt: an annotation, a default, `open(path)`.
const CERTAIN: i32 = 25;

/// A parameter and what kinds of values it may take, best first.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) parameter: Parameter,
    pub(crate) facts: Facts,
    pub(crate) kinds: Vec<Kind>,
}

impl Slot {
    /// None for what takes any keyword.
    fn new(
        parameter: &Parameter,
        usage: &mut BTreeMap<String, Facts>,
        has_pandas: bool,
        has_numpy: bool,
    ) -> Option<Self> {
        if parameter.kind == ParameterKind::VarKeyword {
            return None;
        }
        let mut facts = usage.remove(&parameter.name).unwrap_or_default();
        if let Some(annotation) = &parameter.annotation {
            annotate(&mut facts, annotation);
        }
        match parameter.default.as_deref() {
            Some("None") => facts.optional = true,
            Some(default) => {
                if let Some(kind) = by_default(default) {
                    facts.add(kind, 60);
                }
            }
            None => {}
        }
        by_name(&parameter.name, &mut facts);
        settle(&mut facts, has_pandas, has_numpy);
        let mut kinds = facts.ranked();
        // What nothing is known about may be anything: the usual three.
        for kind in [Kind::Integer, Kind::Text, Kind::list(Kind::Integer)] {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Some(Self {
            parameter: parameter.clone(),
            facts,
            kinds,
        })
    }
}

impl Slot {
    /// Whether the parameter may be the path of a file. A number is none: it would be a
    /// descriptor, and reading from it waits for ever.
    fn takes_path(&self) -> bool {
        self.kinds.contains(&Kind::File)
    }
}

/// Whether a value can stand where a path or something open is taken.
fn is_path(value: &Value) -> bool {
    value.text.starts_with(['"', '\''])
        || value.text == "None"
        || value.text.contains("Path(")
        || value.needs == Some("io")
}

/// Everything that calls are planned from.
#[derive(Clone, Debug)]
pub(crate) struct Planner {
    function: String,
    is_async: bool,
    pub(crate) slots: Vec<Slot>,
    strings: Vec<String>,
    integers: Vec<i64>,
    libraries: Libraries,
    receiver: Option<Receiver>,
    /// How many of the slots are the constructor's; the first ones.
    for_constructor: usize,
}

impl Planner {
    pub(crate) fn new(
        code: &str,
        function: &str,
        signature: &Signature,
        environment: &Environment,
    ) -> Option<Self> {
        let module = Module::parse(code)?;
        let mut usage: BTreeMap<String, Facts> = of_function(&module, function);
        let imports = module.imports();
        let has_pandas = imports.values().any(|path| path.starts_with("pandas"));
        let has_numpy = imports.values().any(|path| path.starts_with("numpy"));
        let imported = |root: &str| {
            environment.modules.contains(root) && imports.values().any(|path| root_of(path) == root)
        };
        let libraries = Libraries {
            numpy: ["numpy", "pandas", "scipy", "sklearn"]
                .into_iter()
                .any(imported),
            pandas: imported("pandas"),
            scipy: imported("scipy") || imported("sklearn"),
            sklearn: imported("sklearn"),
        };
        let (receiver, own) = match Receiver::of(code, &module, function, signature) {
            Some((receiver, own)) => (Some(receiver), own),
            None => (None, signature.parameters.clone()),
        };
        let mut slots: Vec<Slot> = Vec::new();
        if let Some(receiver) = &receiver {
            let mut usage = match &receiver.initializer {
                Some(initializer) => of_function(&module, initializer),
                None => BTreeMap::new(),
            };
            let taken = receiver.constructor.iter();
            slots.extend(
                taken.filter_map(|parameter| {
                    Slot::new(parameter, &mut usage, has_pandas, has_numpy)
                }),
            );
        }
        let for_constructor = slots.len();
        slots.extend(
            own.iter()
                .filter_map(|parameter| Slot::new(parameter, &mut usage, has_pandas, has_numpy)),
        );
        let found = constants(code, function);
        let mut strings: Vec<String> = patterns(&module)
            .iter()
            .flat_map(|pattern| examples(pattern))
            .filter(|text| !text.is_empty())
            .take(MOST_MATCHING)
            .collect();
        strings.extend(found.strings);
        Some(Self {
            function: function.to_owned(),
            is_async: signature.is_async,
            slots,
            strings,
            integers: found.integers,
            libraries,
            receiver,
            for_constructor,
        })
    }

    /// The values of each slot for its kind at `rank`, clamped to the kinds there are.
    fn values(&self, ranks: &[usize]) -> Vec<Vec<Value>> {
        let kind_of = |index: usize| -> &Kind {
            let kinds = &self.slots[index].kinds;
            &kinds[ranks[index].min(kinds.len() - 1)]
        };
        let mut columns: Vec<String> = Vec::new();
        let mut keys: Vec<String> = Vec::new();
        for (index, slot) in self.slots.iter().enumerate() {
            match kind_of(index) {
                Kind::Frame if slot.facts.keys.is_empty() => {
                    columns = USUAL_COLUMNS.iter().map(|&c| c.to_owned()).collect();
                }
                Kind::Frame => columns = slot.facts.keys.clone(),
                Kind::Mapping => {
                    keys = if slot.facts.keys.is_empty() {
                        vec!["a".to_owned(), "b".to_owned()]
                    } else {
                        slot.facts.keys.clone()
                    };
                }
                _ => {}
            }
        }
        (0..self.slots.len())
            .map(|index| {
                if counts_workers(&self.slots[index].parameter.name) {
                    return vec![Value::plain("1")];
                }
                let kind = kind_of(index);
                let variant = (0..index).filter(|&before| kind_of(before) == kind).count();
                let usual = pool(
                    kind,
                    &Surroundings {
                        name: &self.slots[index].parameter.name,
                        facts: &self.slots[index].facts,
                        variant,
                        columns: &columns,
                        keys: &keys,
                        strings: &self.strings,
                        integers: &self.integers,
                    },
                );
                let is_first = ranks[index] == 0;
                let is_sure = self.slots[index].parameter.annotation.is_some()
                    || self.slots[index].parameter.default.is_some();
                let particular = if is_first && !is_sure {
                    by_role(&self.slots[index].parameter.name, self.libraries)
                } else {
                    Vec::new()
                };
                particular.into_iter().chain(usual).collect()
            })
            .collect()
    }

    /// The names of the parameters that calls give values to.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.slots
            .iter()
            .map(|slot| slot.parameter.name.as_str())
            .filter(|name| !counts_workers(name))
    }

    /// Whatever may be tried for a parameter, the most likely first.
    pub(super) fn pool_of(&self, name: &str) -> Vec<Value> {
        let Some(index) = self
            .slots
            .iter()
            .rposition(|slot| slot.parameter.name == name)
        else {
            return Vec::new();
        };
        let slot = &self.slots[index];
        let mut found: Vec<Value> = by_role(name, self.libraries);
        if let Some(annotation) = &slot.parameter.annotation {
            found.extend(of_annotation(annotation));
        }
        for text in slot.facts.strings.iter().take(8) {
            found.push(Value::plain(quote(text)));
        }
        for rank in 0..slot.kinds.len().min(4) {
            let mut ranks = vec![0; self.slots.len()];
            ranks[index] = rank;
            found.extend(self.values(&ranks)[index].iter().take(6).cloned());
        }
        for text in self.strings.iter().take(10) {
            if text.len() <= 40 {
                found.push(Value::plain(quote(text)));
            }
        }
        found.extend(ladder(self.libraries));
        let mut unique: Vec<Value> = Vec::new();
        for value in found {
            let is_known = unique.iter().any(|known| known.text == value.text);
            if !is_known && is_at_hand(&value, self.libraries) {
                unique.push(value);
            }
        }
        unique
    }

    /// A call with other values for some parameters; none if it would be the same.
    pub(super) fn changed(&self, call: &Call, wish: &[(String, Value)]) -> Option<Call> {
        let mut choice = call.choice.clone();
        for (name, value) in wish {
            let position = self
                .slots
                .iter()
                .rposition(|slot| slot.parameter.name == *name)?;
            let suits = !self.slots[position].takes_path() || is_path(value);
            if counts_workers(name) || !is_at_hand(value, self.libraries) || !suits {
                return None;
            }
            choice[position] = Some(value.clone());
        }
        (choice != call.choice).then(|| self.call(&choice))
    }

    /// Calls whose required arguments are arrays that fit each other.
    pub(super) fn themes(&self) -> Vec<Call> {
        let free: Vec<usize> = (0..self.slots.len())
            .filter(|&index| {
                let parameter = &self.slots[index].parameter;
                parameter.default.is_none() && parameter.kind != ParameterKind::VarPositional
            })
            .collect();
        themes(free.len(), self.libraries)
            .into_iter()
            .map(|theme| {
                let mut choice: Vec<Option<Value>> = vec![None; self.slots.len()];
                for (&index, value) in free.iter().zip(theme) {
                    choice[index] = Some(value);
                }
                self.call(&choice)
            })
            .collect()
    }

    /// Calls whose required arguments are numbers in different relations: rising, falling,
    /// two alike, sides of triangles.
    pub(super) fn number_themes(&self) -> Vec<Call> {
        let is_number = |slot: &Slot| matches!(slot.kinds[0], Kind::Integer | Kind::Float);
        let free: Vec<bool> = self
            .slots
            .iter()
            .map(|slot| {
                let parameter = &slot.parameter;
                let is_free = parameter.default.is_none()
                    && parameter.kind != ParameterKind::VarPositional
                    && !counts_workers(&parameter.name);
                is_free && is_number(slot)
            })
            .collect();
        if free.iter().filter(|is_free| **is_free).count() < 2 {
            return Vec::new();
        }
        let usual = self.values(&vec![0; self.slots.len()]);
        NUMBER_THEMES
            .iter()
            .map(|theme| {
                let mut numbers = theme.iter().cycle();
                let choice: Vec<Option<Value>> = self
                    .slots
                    .iter()
                    .enumerate()
                    .map(|(index, slot)| match free[index] {
                        true => numbers
                            .next()
                            .map(|number| Value::plain(number.to_string())),
                        false if slot.parameter.default.is_some() => None,
                        false => usual[index].first().cloned(),
                    })
                    .collect();
                self.call(&choice)
            })
            .collect()
    }

    /// The calls for one choice of kinds (a rank per slot), plus a few in which one slot
    /// takes its next kind.
    pub(crate) fn calls(&self, ranks: &[usize]) -> Vec<Call> {
        let values = self.values(ranks);
        let required: Vec<bool> = self
            .slots
            .iter()
            .map(|slot| {
                slot.parameter.default.is_none()
                    && slot.parameter.kind != ParameterKind::VarPositional
            })
            .collect();
        let mut choices: Vec<Vec<Option<Value>>> = Vec::new();
        let at = |index: usize, position: usize| -> Option<Value> {
            let pool = &values[index];
            (!pool.is_empty()).then(|| pool[position % pool.len()].clone())
        };
        let base = |position: usize| -> Vec<Option<Value>> {
            (0..self.slots.len())
                .map(|index| {
                    if required[index]
                        || self.slots[index].parameter.kind == ParameterKind::VarPositional
                    {
                        at(index, position)
                    } else {
                        None
                    }
                })
                .collect()
        };
        let longest = values.iter().map(Vec::len).max().unwrap_or(0);

        // All required ones in step.
        for position in 0..longest.min(8) {
            choices.push(base(position));
        }
        // Each optional one by itself.
        for index in (0..self.slots.len()).filter(|&index| !required[index]) {
            for position in 0..values[index].len().min(3) {
                let mut choice = base(usize::from(position == 2));
                choice[index] = at(index, position);
                choices.push(choice);
            }
        }
        // Each required one by itself.
        for position in 1..longest.min(6) {
            for index in (0..self.slots.len()).filter(|&index| required[index]) {
                if position < values[index].len() && self.slots.len() > 1 {
                    let mut choice = base(0);
                    choice[index] = at(index, position);
                    choices.push(choice);
                }
            }
        }
        for position in 8..longest {
            choices.push(base(position));
        }

        let mut calls: Vec<Call> = Vec::new();
        for choice in choices {
            let call = self.call(&choice);
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        calls.truncate(MOST_CALLS - 4);

        // The runner-up kind of the first slot, where something speaks for it.
        if let Some(slot) = self.slots.first()
            && let (Some(best), Some(next)) = (
                slot.kinds
                    .get(ranks[0])
                    .and_then(|kind| slot.facts.scores.get(kind)),
                slot.kinds
                    .get(ranks[0] + 1)
                    .and_then(|kind| slot.facts.scores.get(kind)),
            )
            && next * 2 >= *best
        {
            let mut other = ranks.to_vec();
            other[0] += 1;
            let values = self.values(&other);
            for position in 0..4 {
                let mut choice = base(position);
                choice[0] = values[0].get(position).cloned();
                if choice[0].is_some() {
                    let call = self.call(&choice);
                    if !calls.contains(&call) {
                        calls.push(call);
                    }
                }
            }
        }
        calls.truncate(MOST_CALLS);
        calls
    }

    /// Puts a call together.
    fn call(&self, choice: &[Option<Value>]) -> Call {
        let mut setup = String::new();
        let mut bindings: Vec<(String, String)> = Vec::new();
        let mut pieces: Vec<String> = Vec::new();
        let mut for_constructor: Vec<String> = Vec::new();
        let mut arguments = Vec::new();
        let mut needs: Vec<&'static str> = Vec::new();
        // Once a positional parameter is left out, the later ones go by name.
        let mut by_keyword = false;
        for (index, (slot, value)) in self.slots.iter().zip(choice).enumerate() {
            if index == self.for_constructor {
                for_constructor = std::mem::take(&mut pieces);
                by_keyword = false;
            }
            let parameter = &slot.parameter;
            let Some(value) = value else {
                by_keyword = true;
                continue;
            };
            if !value.setup.is_empty() && !setup.contains(&value.setup) {
                setup.push_str(&value.setup);
                setup.push('\n');
            }
            if let Some(module) = value.needs
                && !needs.contains(&module)
            {
                needs.push(module);
            }
            let text = if value.is_mutable {
                let mut name = local_name(&parameter.name, &self.function);
                if bindings.iter().any(|(known, _)| *known == name) {
                    name.push_str("_value");
                }
                bindings.push((name.clone(), value.text.clone()));
                name
            } else {
                value.text.clone()
            };
            match parameter.kind {
                ParameterKind::PositionalOnly => pieces.push(text),
                ParameterKind::PositionalOrKeyword if !by_keyword => pieces.push(text),
                ParameterKind::VarPositional => {
                    if !by_keyword {
                        // Two of them: one alone is no list.
                        pieces.push(text.clone());
                        pieces.push(text);
                    }
                }
                ParameterKind::PositionalOrKeyword | ParameterKind::KeywordOnly => {
                    pieces.push(format!("{}={text}", parameter.name));
                }
                ParameterKind::VarKeyword => {}
            }
            arguments.push((parameter.name.clone(), value.text.clone()));
        }
        if self.slots.len() == self.for_constructor {
            for_constructor = std::mem::take(&mut pieces);
        }
        let callee = match &self.receiver {
            None => self.function.clone(),
            Some(receiver) if !receiver.is_instance => self.function.clone(),
            Some(receiver) => {
                let object = format!("{}({})", receiver.class, for_constructor.join(", "));
                bindings.push((INSTANCE.to_owned(), object));
                format!("{INSTANCE}.{}", receiver.method)
            }
        };
        let is_read = self
            .receiver
            .as_ref()
            .is_some_and(|receiver| receiver.is_property);
        let mut expression = match is_read {
            true => callee,
            false => format!("{callee}({})", pieces.join(", ")),
        };
        if self.is_async {
            expression = format!("asyncio.run({expression})");
            needs.push("asyncio");
        }
        needs.sort_unstable();
        Call {
            setup,
            bindings,
            expression,
            arguments,
            needs,
            choice: choice.to_vec(),
        }
    }

    /// Takes texts that can be read, where errors say in which form they must be. Says
    /// whether any was new.
    pub(crate) fn learn_texts(&mut self, messages: &[&str]) -> bool {
        let mut texts: Vec<String> = Vec::new();
        for message in messages {
            if let Some((_, rest)) = message.split_once("does not match format ")
                && let Some(Expr::StringLiteral(format)) = expression(rest)
            {
                texts.extend(moments(format.value.to_str()));
            } else if message.contains("datetime string format")
                || message.contains("not likely a datetime")
                || message.contains("isoformat string")
            {
                texts.extend(["2024-02-29", "2024-03-01", "2024-03-03"].map(str::to_owned));
            } else if message.contains("could not convert string to float")
                || message.contains("invalid literal for int()")
                || message.contains("ConversionSyntax")
            {
                texts.extend(["42", "7", "3"].map(str::to_owned));
            } else if message.contains("JSONDecode") || message.contains("Expecting value") {
                texts.extend(["{\"a\": 1, \"b\": [2, 3]}", "[1, 2]"].map(str::to_owned));
            }
        }
        let mut learnt = false;
        for slot in &mut self.slots {
            let takes_text = match slot.kinds.first() {
                Some(Kind::Text) => true,
                Some(Kind::List(inner) | Kind::Tuple(inner)) => **inner == Kind::Text,
                _ => false,
            };
            let new: Vec<String> = texts
                .iter()
                .filter(|text| !slot.facts.strings.contains(text))
                .cloned()
                .collect();
            if takes_text && !new.is_empty() {
                slot.facts.strings.splice(0..0, new);
                slot.facts.strings.dedup();
                learnt = true;
            }
        }
        learnt
    }

    /// Takes keys that calls missed into the mappings and frames. Says whether any was new.
    pub(crate) fn learn_keys(&mut self, messages: &[&str]) -> bool {
        let mut learnt = false;
        for message in messages {
            let Some(Expr::StringLiteral(key)) = expression(message) else {
                continue;
            };
            let key = key.value.to_str();
            for slot in &mut self.slots {
                let takes_keys = match slot.kinds.first() {
                    Some(Kind::Mapping | Kind::Frame) => true,
                    Some(Kind::List(element)) => **element == Kind::Mapping,
                    _ => false,
                };
                if takes_keys
                    && key != "missing"
                    && !slot.facts.keys.iter().any(|known| known == key)
                {
                    slot.facts.keys.push(key.to_owned());
                    learnt = true;
                }
            }
        }
        learnt
    }

    /// Ranks for another try, guided by what the calls said; none if there is nothing
    /// else to try.
    pub(crate) fn next_ranks(&mut self, ranks: &[usize], messages: &[&str]) -> Option<Vec<usize>> {
        let mut next = ranks.to_vec();
        let mut changed = false;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let current = slot.kinds[ranks[index].min(slot.kinds.len() - 1)].clone();
            let wanted = messages
                .iter()
                .find_map(|message| wanted_kind(message, &current));
            if let Some(kind) = wanted.filter(|kind| *kind != current) {
                let position = match slot.kinds.iter().position(|known| *known == kind) {
                    Some(position) => position,
                    None => {
                        slot.kinds.push(kind);
                        slot.kinds.len() - 1
                    }
                };
                next[index] = position;
                changed = true;
            }
        }
        if !changed {
            // No hint: the least certain slot takes its next kind. What the text leaves no
            // doubt about stays; an integer in place of a path would even be a descriptor.
            let certainty = |index: usize| {
                let slot: &Slot = &self.slots[index];
                let kind = &slot.kinds[ranks[index]];
                slot.facts.scores.get(kind).copied().unwrap_or(0)
            };
            let weakest = (0..self.slots.len())
                .filter(|&index| ranks[index] + 1 < self.slots[index].kinds.len())
                .filter(|&index| certainty(index) < CERTAIN)
                .min_by_key(|&index| certainty(index))?;
            next[weakest] += 1;
        }
        Some(next)
    }
}

/// Weighs facts against each other.
fn settle(facts: &mut Facts, has_pandas: bool, has_numpy: bool) {
    // String subscripts and `values`, `get` or `items` fit a frame as well as a mapping.
    let frame = facts.scores.get(&Kind::Frame).copied().unwrap_or(0);
    if frame > 0 && has_pandas {
        if let Some(mapping) = facts.scores.remove(&Kind::Mapping) {
            facts.add(Kind::Frame, mapping);
        }
        if let Some(series) = facts.scores.remove(&Kind::Series) {
            facts.add(Kind::Frame, series / 2);
        }
    } else if !has_pandas {
        let named = frame <= 9;
        if !named {
            facts.scores.remove(&Kind::Frame);
        }
        facts.scores.remove(&Kind::Series);
    }
    if !has_numpy && !has_pandas {
        for kind in [Kind::Array, Kind::Matrix] {
            if facts.scores.get(&kind).is_some_and(|score| *score <= 20) {
                facts.scores.remove(&kind);
                facts.add(Kind::list(Kind::Float), 10);
            }
        }
    } else if has_numpy
        && !facts.attributes.is_empty()
        && let Some(score) = facts.scores.get(&Kind::Array).copied()
    {
        facts.add(Kind::Array, score / 2);
    }
    // Integers do where floats are wanted, and the other way round they seldom do.
    let integer = facts.scores.get(&Kind::Integer).copied().unwrap_or(0);
    let float = facts.scores.get(&Kind::Float).copied().unwrap_or(0);
    if integer > 0 && float > integer {
        facts.add(Kind::Float, integer / 2);
    }
    // Lists of something particular are better than lists of integers, which are what
    // `len`, `sorted` and loops suggest.
    let particular: Option<Kind> = facts
        .scores
        .iter()
        .filter(|(kind, _)| matches!(kind, Kind::List(inner) if **inner != Kind::Integer))
        .max_by_key(|(_, score)| **score)
        .map(|(kind, _)| kind.clone());
    if let Some(particular) = particular {
        let general = facts
            .scores
            .get(&Kind::list(Kind::Integer))
            .copied()
            .unwrap_or(0);
        facts.add(particular, general);
    }
    // A text can be measured, looped over and cut as a list can.
    let text = facts.scores.get(&Kind::Text).copied().unwrap_or(0);
    if text >= 9 {
        let general = facts
            .scores
            .get(&Kind::list(Kind::Integer))
            .copied()
            .unwrap_or(0);
        if general <= 25 && !facts.attributes.contains("append") {
            facts.add(Kind::Text, general);
        }
    }
    // Comparisons with a boolean literal aside, a mapping is no set.
    if facts.scores.contains_key(&Kind::Mapping) && facts.attributes.contains("get") {
        facts.add(Kind::Mapping, 10);
    }
}

/// A name for a local variable of a test.
fn local_name(parameter: &str, function: &str) -> String {
    if parameter == function
        || matches!(
            parameter,
            "self"
                | "result"
                | "expected"
                | "np"
                | "pd"
                | "io"
                | "datetime"
                | "math"
                | "asyncio"
                | "itertools"
                | "contextlib"
                | "unittest"
                | "output"
                | "handle"
                | "part"
                | "instance"
        )
    {
        format!("{parameter}_value")
    } else {
        parameter.to_owned()
    }
}

/// Whether a parameter says how much is done at once. With more than one worker results
/// depend on the machine: how many cores there are, whether processes may be started.
fn counts_workers(name: &str) -> bool {
    matches!(
        name,
        "n_jobs"
            | "njobs"
            | "n_threads"
            | "num_threads"
            | "nthreads"
            | "n_workers"
            | "num_workers"
            | "max_workers"
            | "workers"
            | "processes"
            | "n_processes"
            | "nproc"
            | "n_cpus"
    )
}
