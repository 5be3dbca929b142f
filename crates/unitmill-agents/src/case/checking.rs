//! Whether a fix that passes repairs anything: it is held against the other suites and the
//! docstring's examples, against what the code did right before, and beside the inputs of
//! the tests that failed.
//!
//! Holds for fixes of a model. Rules cannot know what the tests expect.

use std::collections::{BTreeMap, BTreeSet};

use unitmill_model::{Execution, Observation, ObservedCall, Outcome, TestStatus, Verdict};
use unitmill_python::fingerprint;

use super::{Action, Case, Fix, Request, Returned, State, cut, error_text, jobs};
use crate::evidence::cheats::{Answers, adds_choice, cheat, names_one_of, new_literals};
use crate::evidence::claims::{Claim, TestMethod, test_methods};
use crate::evidence::neighbours::neighbours;
use crate::syntax::{canonical, last_of};

/// At most this many calls of each kind are observed.
const MOST_CALLS: usize = 24;
/// Fewer neighbours than this say nothing.
const LEAST_NEIGHBOURS: usize = 6;

/// Fixes that passed the suite that decides, and what else they are held against.
pub(super) struct Checking {
    round: u32,
    /// Indices of the variants.
    variants: Vec<usize>,
    /// Suites, with the ids of the tests that a fix has to pass in them.
    suites: Vec<(String, BTreeSet<String>)>,
    calls: Vec<Probe>,
}

/// A call that is observed before and after.
struct Probe {
    text: String,
    what: Purpose,
}

/// Why a call is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// Tests that passed before make it.
    Held,
    /// A test that failed before makes it.
    Failed,
    /// It is near one that failed.
    Beside,
}

impl Case {
    /// Holds fixes that passed against everything else that is known.
    pub(super) fn check_fixes(&mut self, round: u32, variants: Vec<usize>) -> Vec<Action> {
        let calls = self.probes();
        let suites = self.other_suites();
        let before = self.candidate.code.clone();
        let mut requests = Vec::new();
        if !calls.is_empty() {
            let seed = self.settings.seed;
            // Two looks at the code as it was: what differs between them is no behaviour.
            requests.push(self.look(&before, &calls, seed));
            requests.push(self.look(&before, &calls, seed.wrapping_add(1)));
        }
        for &index in &variants {
            let code = &self.variants[index].code;
            if !calls.is_empty() {
                requests.push(self.look(code, &calls, self.settings.seed));
            }
            for (tests, _) in &suites {
                requests.push(Request::Execute(jobs::verdict(&self.settings, code, tests)));
            }
        }
        if requests.is_empty() {
            return self.keep_fixes(round, variants);
        }
        self.send(
            State::CheckingFixes(Box::new(Checking {
                round,
                variants,
                suites,
                calls,
            })),
            requests,
        )
    }

    fn look(&self, code: &str, probes: &[Probe], seed: u32) -> Request {
        Request::Execute(jobs::observe(&self.settings, code, observed(probes), seed))
    }

    /// The calls of the tests: those that held, those that did not, and their neighbours.
    fn probes(&self) -> Vec<Probe> {
        let function = &self.candidate.name;
        let Some(trial) = &self.trial else {
            let methods = test_methods(&self.suite().text, function);
            return probes_of(&methods, &BTreeSet::new(), function);
        };
        let mut probes: Vec<Probe> = Vec::new();
        for tried in &trial.suites {
            let passed = tried.ids(true);
            for probe in probes_of(&tried.methods, &passed, function) {
                // A call that some test holds right is no failed one.
                match probes.iter_mut().find(|known| known.text == probe.text) {
                    Some(known) if probe.what == Purpose::Held => known.what = Purpose::Held,
                    Some(_) => {}
                    None => probes.push(probe),
                }
            }
        }
        probes
    }

    /// Calls of which two suites or more claim the same, in the spelling that tests share.
    fn agreed_calls(&self) -> BTreeSet<String> {
        let mut claims: BTreeMap<Claim, usize> = BTreeMap::new();
        for tried in self.trial.iter().flat_map(|trial| &trial.suites) {
            let of_one: BTreeSet<Claim> = tried
                .methods
                .iter()
                .flat_map(|method| &method.claims)
                .map(|claim| Claim {
                    call: claim.subject(),
                    expects: claim.expects.clone(),
                })
                .collect();
            for claim in of_one {
                *claims.entry(claim).or_default() += 1;
            }
        }
        let agreed = claims.into_iter().filter(|(_, suites)| *suites > 1);
        agreed.map(|(claim, _)| claim.call).collect()
    }

    /// The suites that do not decide, and the examples that the code kept.
    fn other_suites(&self) -> Vec<(String, BTreeSet<String>)> {
        let Some(trial) = &self.trial else {
            return Vec::new();
        };
        let deciding = &self.suite().text;
        let mut suites: Vec<(String, BTreeSet<String>)> = trial
            .suites
            .iter()
            .filter(|tried| tried.suite.text != *deciding)
            .map(|tried| {
                let ids = tried.methods.iter().map(|method| method.id.clone());
                (tried.suite.text.clone(), ids.collect())
            })
            .collect();
        if let Some(examples) = &trial.examples
            && !examples.kept.is_empty()
        {
            suites.push((examples.tests.clone(), examples.kept.clone()));
        }
        suites
    }

    pub(super) fn fixes_checked(&mut self, checking: Checking, returned: Returned) -> Vec<Action> {
        let mut executions = returned.executions().into_iter();
        let before_code = self.candidate.code.clone();
        let round = checking.round;
        let calls_text = jobs::calls_text(&observed(&checking.calls));
        let agreed = self.agreed_calls();
        let note = |case: &mut Self, execution: &Execution, code: &str, tests: &str| {
            let place = case.judging_place(round);
            case.ledger
                .execution(place, execution, "builtin", code, tests);
        };
        let mut before = None;
        if !checking.calls.is_empty() {
            let looks: Vec<Execution> = executions.by_ref().take(2).collect();
            for look in &looks {
                note(self, look, &before_code, &calls_text);
            }
            if let [one, other] = looks.as_slice() {
                before = Some((one.outcome.clone(), other.outcome.clone()));
            }
        }
        let mut kept = Vec::new();
        for index in checking.variants {
            let code = self.variants[index].code.clone();
            let mut refusal = None;
            if !checking.calls.is_empty()
                && let Some(after) = executions.next()
            {
                note(self, &after, &code, &calls_text);
                if let Some((one, other)) = &before {
                    let chosen =
                        adds_choice(&before_code, &code).then(|| new_literals(&before_code, &code));
                    refusal = compare(
                        &checking.calls,
                        [one, other],
                        &after.outcome,
                        &self.candidate.name,
                        chosen.as_ref(),
                        &agreed,
                    );
                }
            }
            for (tests, ids) in &checking.suites {
                let Some(execution) = executions.next() else {
                    continue;
                };
                note(self, &execution, &code, tests);
                refusal = refusal.or_else(|| breaks(&execution.outcome, ids));
            }
            let by = self.variants[index].fixed_by.clone().unwrap_or_default();
            let detail = match &refusal {
                None => format!(
                    "the fix of sample {} repairs the code",
                    self.variants[index].sample
                ),
                Some(reason) => format!(
                    "the fix of sample {} is refused: {reason}",
                    self.variants[index].sample
                ),
            };
            let place = self.judging_place(round);
            let tests = self.suite().text.clone();
            self.ledger.judgement(place, &detail, &code, &tests);
            match refusal {
                None => kept.push(index),
                Some(reason) => {
                    let variant = &mut self.variants[index];
                    variant.verdict = Verdict::Failed;
                    // It counts for no better than the code that it did not repair.
                    variant.tests_passed = 0;
                    variant.error = format!("{by}'s repair was refused: {reason}");
                    self.unusable.push(format!("refused: {reason}"));
                }
            }
        }
        self.keep_fixes(round, kept)
    }

    /// Goes on with the fixes that stand.
    pub(super) fn keep_fixes(&mut self, round: u32, passed: Vec<usize>) -> Vec<Action> {
        self.kept = passed;
        self.kept.truncate(self.settings.keep.max(1) as usize);
        if self.kept.is_empty() {
            self.begin_round(round + 1)
        } else {
            self.check_stubs()
        }
    }

    /// Whether a model made a variant.
    pub(super) fn is_models(&self, index: usize) -> bool {
        self.variants[index]
            .fixed_by
            .as_deref()
            .is_some_and(|by| by != crate::Provider::Builtin.name())
    }

    /// What the tests give and expect, for all fixes of a round.
    pub(super) fn answers(&self) -> Answers {
        let function = &self.candidate.name;
        match &self.trial {
            // The suite that decides is one of them.
            Some(trial) => Answers::of(
                trial.suites.iter().flat_map(|tried| &tried.methods),
                function,
            ),
            None => Answers::of(&test_methods(&self.suite().text, function), function),
        }
    }

    /// Whether an answer gives the code back as it was.
    pub(super) fn stands(&self, code: &str) -> bool {
        let function = &self.candidate.name;
        code == self.candidate.code
            || matches!(
                (fingerprint(code, function), fingerprint(&self.candidate.code, function)),
                (Some(one), Some(other)) if one == other
            )
    }

    /// Fixes of this round that its samples wrote, without those that the text refuses.
    pub(super) fn admit(&self, fix: Fix, answers: &Answers, fixes: &mut Vec<Fix>) -> String {
        if self.was_run(&fix.code) || fixes.iter().any(|known| known.code == fix.code) {
            return "the same code as was run before".to_owned();
        }
        let function = &self.candidate.name;
        if let Some(reason) = cheat(&self.candidate.code, &fix.code, function, answers) {
            return format!("refused: {reason}");
        }
        fixes.push(fix);
        String::new()
    }
}

fn probes_of(methods: &[TestMethod], passed: &BTreeSet<String>, function: &str) -> Vec<Probe> {
    let mut probes: Vec<Probe> = Vec::new();
    let mut add = |text: &str, what: Purpose| {
        let of_its_kind = probes.iter().filter(|probe| probe.what == what).count();
        if of_its_kind < MOST_CALLS && !probes.iter().any(|probe| probe.text == text) {
            probes.push(Probe {
                text: text.to_owned(),
                what,
            });
        }
    };
    for held in [true, false] {
        for method in methods
            .iter()
            .filter(|method| passed.contains(&method.id) == held)
        {
            for call in &method.calls {
                add(call, if held { Purpose::Held } else { Purpose::Failed });
            }
        }
    }
    for method in methods.iter().filter(|method| !passed.contains(&method.id)) {
        for call in &method.calls {
            for near in neighbours(call, function) {
                add(&near, Purpose::Beside);
            }
        }
    }
    probes
}

fn observed(probes: &[Probe]) -> Vec<ObservedCall> {
    probes
        .iter()
        .map(|probe| ObservedCall {
            setup: String::new(),
            expression: probe.text.clone(),
            arguments: Vec::new(),
        })
        .collect()
}

/// What a fix changed that it must not, or left that it must not. Only a fix that chooses
/// anew between inputs can single out those of the tests; `chosen` are the literals that it
/// brings, and a neighbour that has one of them may be singled out as well. At an edge, which
/// has no neighbours, it takes two suites that agree (`agreed`) to say that a result was
/// wrong.
fn compare(
    probes: &[Probe],
    [before, again]: [&Outcome; 2],
    after: &Outcome,
    function: &str,
    chosen: Option<&BTreeSet<String>>,
    agreed: &BTreeSet<String>,
) -> Option<String> {
    let stable = before
        .observations
        .iter()
        .zip(&again.observations)
        .map(|(one, other)| same(one, other));
    let mut beside = (0, 0);
    let mut failed_differs = false;
    let mut at_edge: Option<&Probe> = None;
    let mut elsewhere = false;
    for ((probe, stable), (one, other)) in probes
        .iter()
        .zip(stable)
        .zip(before.observations.iter().zip(&after.observations))
    {
        let is_same = same(one, other);
        match probe.what {
            Purpose::Held if stable && !is_same => {
                return Some(format!(
                    "it changes what `{}` does, which the tests hold right: {} before, {} after",
                    cut(&probe.text, 120),
                    told(one),
                    told(other)
                ));
            }
            Purpose::Held => {}
            Purpose::Failed if stable && !is_same => {
                failed_differs = true;
                let is_doubtful = one.value.is_some()
                    && other.value.is_some()
                    && !agreed.contains(&canonical(&probe.text))
                    && neighbours(&probe.text, function).is_empty();
                match is_doubtful {
                    true => at_edge = at_edge.or(Some(probe)),
                    false => elsewhere = true,
                }
            }
            Purpose::Failed => {}
            Purpose::Beside
                if chosen
                    .as_ref()
                    .is_some_and(|told| names_one_of(&probe.text, function, told)) => {}
            Purpose::Beside => {
                beside.0 += usize::from(stable);
                beside.1 += usize::from(stable && is_same);
            }
        }
    }
    let (seen, unchanged) = beside;
    if let Some(probe) = at_edge
        && chosen.is_some()
        && !elsewhere
    {
        return Some(format!(
            "it changes the result of `{}` and of nothing beside it, which one suite alone asks for",
            cut(&probe.text, 120)
        ));
    }
    (chosen.is_some() && failed_differs && seen >= LEAST_NEIGHBOURS && seen == unchanged).then(
        || format!("it changes the results that the tests ask for and none of {seen} beside them"),
    )
}

/// Which test of another suite a fix does not pass.
fn breaks(outcome: &Outcome, ids: &BTreeSet<String>) -> Option<String> {
    let failing = outcome.tests.iter().find(|test| {
        matches!(test.status, TestStatus::Failed | TestStatus::Error) && ids.contains(&test.id)
    });
    if let Some(test) = failing {
        return Some(format!(
            "it fails `{}` of another suite: {}",
            test.id,
            cut(test.message.trim(), 300)
        ));
    }
    let all_there = ids
        .iter()
        .all(|id| outcome.tests.iter().any(|test| test.id == *id));
    (!all_there).then(|| {
        format!(
            "another suite does not run on it: {}",
            cut(&error_text(outcome), 300)
        )
    })
}

/// Whether two observations show the same behaviour.
fn same(one: &Observation, other: &Observation) -> bool {
    let value = match (&one.value, &other.value) {
        (Some(one), Some(other)) => {
            one.type_name == other.type_name
                && match (&one.source, &other.source) {
                    (Some(one), Some(other)) => canonical(one) == canonical(other),
                    (None, None) => one.repr == other.repr,
                    _ => false,
                }
        }
        (None, None) => true,
        _ => false,
    };
    value && one.exception == other.exception && one.printed == other.printed
}

fn told(observation: &Observation) -> String {
    match (&observation.value, &observation.exception) {
        (Some(value), _) => format!("`{}`", cut(&value.repr, 80)),
        (None, Some(exception)) => last_of(exception).to_owned(),
        (None, None) => "nothing".to_owned(),
    }
}
