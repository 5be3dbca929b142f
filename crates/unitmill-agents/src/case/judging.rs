//! Tests and code disagree: the evidence is gathered, weighed, and acted upon.
//!
//! ```text
//! first run ─► gather ─► weigh ─┬─► wrong tests go, the rest runs once more ─► stub check
//!                               ├─► nobody knows: further suites ─► gather ─► weigh
//!                               ├─► the code is wrong, or still nobody knows: fix rounds
//!                               └─► (after the last round) reject
//! ```
//!
//! Holds for tests that a model wrote. What the offline generator writes was seen of the
//! code itself.

use std::collections::{BTreeMap, BTreeSet};

use unitmill_model::{
    Agent, CoveredFile, Execution, Outcome, RejectReason, Step, TestStatus, Verdict,
};
use unitmill_python::signature;

use super::ledger::Place;
use super::{
    Action, Case, Request, Returned, State, Suite, Variant, cut, error_text, jobs, samples,
};
use crate::Provider;
use crate::evidence::blame::{Evidence, Examples, FixEvidence, Testimony, weigh};
use crate::evidence::claims::{TestMethod, test_methods, without};
use crate::evidence::frames::{is_the_tests_own, raised};
use crate::generate::{deliberate_exceptions, example_suite};

/// Of more failing tests than this, only the first ones are followed line by line.
const MOST_FOLLOWED: usize = 6;

/// What is known of a disagreement.
pub(super) struct Trial {
    /// Suites that ran test by test on the corpus's code, in sample order.
    pub(super) suites: Vec<Tried>,
    /// The docstring's examples as a suite; none if none can be checked.
    pub(super) examples: Option<TriedExamples>,
    /// What came of asking for fixes.
    pub(super) fixes: FixEvidence,
    /// The texts of all suites that were written, whatever became of them.
    texts: BTreeSet<String>,
    /// Further suites were asked for.
    opinions_asked: bool,
    /// The code was judged wrong: its tests stay.
    code_is_wrong: bool,
}

/// A suite, and what the corpus's code made of it.
pub(super) struct Tried {
    pub(super) suite: Suite,
    pub(super) methods: Vec<TestMethod>,
    outcome: Outcome,
    ground: BTreeMap<String, BTreeSet<u32>>,
    passed_ground: Option<BTreeSet<u32>>,
    is_followed: bool,
}

/// The examples of the docstring, and what the corpus's code made of them.
pub(super) struct TriedExamples {
    pub(super) tests: String,
    /// Ids of the examples that the corpus's code keeps.
    pub(super) kept: BTreeSet<String>,
    broken: Vec<String>,
    ground: Option<BTreeSet<u32>>,
}

/// A run that is followed line by line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ground {
    /// One failing test of a suite.
    Failing {
        suite: usize,
        id: String,
        tests: String,
    },
    /// All passing tests of a suite.
    Passing { suite: usize, tests: String },
    /// The docstring's examples.
    Examples { tests: String },
}

impl Ground {
    fn tests(&self) -> &str {
        match self {
            Self::Failing { tests, .. }
            | Self::Passing { tests, .. }
            | Self::Examples { tests } => tests,
        }
    }
}

impl Tried {
    pub(super) fn new(suite: Suite, outcome: Outcome, function: &str) -> Self {
        Self {
            methods: test_methods(&suite.text, function),
            suite,
            outcome,
            ground: BTreeMap::new(),
            passed_ground: None,
            is_followed: false,
        }
    }

    /// Ids of the tests of the source that passed, or that failed.
    pub(super) fn ids(&self, passed: bool) -> BTreeSet<String> {
        let is_of_the_source = |id: &String| self.methods.iter().any(|method| method.id == *id);
        self.outcome
            .tests
            .iter()
            .filter(|test| match test.status {
                TestStatus::Passed => passed,
                TestStatus::Failed | TestStatus::Error => !passed,
                TestStatus::Skipped | TestStatus::ExpectedFailure => false,
            })
            .map(|test| test.id.clone())
            .filter(is_of_the_source)
            .collect()
    }

    /// The suite without some tests; none if nothing is left.
    fn trimmed(&self, ids: &BTreeSet<String>) -> Option<String> {
        if ids.is_empty() {
            return Some(self.suite.text.clone());
        }
        without(&self.suite.text, ids)
    }

    /// How the corpus's code stands with this suite.
    fn variant(&self, code: &str) -> Variant {
        let count = |passed: bool| u32::try_from(self.ids(passed).len()).unwrap_or(u32::MAX);
        Variant {
            code: code.to_owned(),
            round: 0,
            sample: 0,
            fixed_by: None,
            verdict: self.outcome.verdict,
            tests_run: count(true) + count(false),
            tests_passed: count(true),
            error: error_text(&self.outcome),
            refined: None,
        }
    }
}

/// Whether a run says something of each test.
pub(super) fn speaks(outcome: &Outcome) -> bool {
    outcome.tests_run > 0
        && !outcome.tests.is_empty()
        && matches!(
            outcome.verdict,
            Verdict::Passed | Verdict::Failed | Verdict::Error
        )
}

impl Case {
    /// Suites of a model of which not all pass.
    pub(super) fn begin_trial(&mut self, suites: Vec<Tried>) -> Vec<Action> {
        let tests = example_suite(
            &self.candidate.code,
            &self.candidate.name,
            &self.settings.environment,
        );
        self.trial = Some(Box::new(Trial {
            texts: suites
                .iter()
                .map(|tried| tried.suite.text.clone())
                .collect(),
            suites,
            examples: tests.map(|tests| TriedExamples {
                tests,
                kept: BTreeSet::new(),
                broken: Vec::new(),
                ground: None,
            }),
            fixes: FixEvidence::default(),
            opinions_asked: false,
            code_is_wrong: false,
        }));
        self.gather(true)
    }

    fn trial(&mut self) -> &mut Trial {
        self.trial
            .as_mut()
            .expect("nothing is judged before tests and code disagree")
    }

    /// Follows what was not followed yet.
    fn gather(&mut self, examples_too: bool) -> Vec<Action> {
        let trial = self.trial();
        let mut looks = Vec::new();
        if examples_too && let Some(examples) = &trial.examples {
            looks.push(Ground::Examples {
                tests: examples.tests.clone(),
            });
        }
        for (index, tried) in trial.suites.iter_mut().enumerate() {
            if std::mem::replace(&mut tried.is_followed, true) {
                continue;
            }
            let (passed, failed) = (tried.ids(true), tried.ids(false));
            for id in failed.iter().take(MOST_FOLLOWED) {
                let others = all_but(&tried.methods, std::slice::from_ref(id));
                if let Some(tests) = tried.trimmed(&others) {
                    looks.push(Ground::Failing {
                        suite: index,
                        id: id.clone(),
                        tests,
                    });
                }
            }
            if !passed.is_empty()
                && let Some(tests) = tried.trimmed(&failed)
            {
                looks.push(Ground::Passing {
                    suite: index,
                    tests,
                });
            }
        }
        if looks.is_empty() {
            return self.deliberate();
        }
        let code = self.candidate.code.clone();
        let requests = looks
            .iter()
            .map(|look| Request::Execute(jobs::coverage(&self.settings, &code, look.tests())))
            .collect();
        self.send(State::Gathering { looks }, requests)
    }

    pub(super) fn gathered(&mut self, looks: Vec<Ground>, returned: Returned) -> Vec<Action> {
        let code = self.candidate.code.clone();
        let code_lines = lines_of(&code);
        let round = self.rounds_so_far();
        for (look, execution) in looks.into_iter().zip(returned.executions()) {
            let place = self.judging_place(round);
            self.ledger
                .execution(place, &execution, "builtin", &code, look.tests());
            let lines = executed_lines(execution.outcome.coverage.as_ref(), code_lines);
            let trial = self.trial();
            match look {
                Ground::Failing { suite, id, .. } => {
                    if let Some(lines) = lines {
                        trial.suites[suite].ground.insert(id, lines);
                    }
                }
                Ground::Passing { suite, .. } => trial.suites[suite].passed_ground = lines,
                Ground::Examples { .. } => {
                    if let Some(examples) = &mut trial.examples {
                        examples.note(&execution, lines);
                    }
                }
            }
        }
        self.deliberate()
    }

    /// Weighs what is known, and acts on it.
    fn deliberate(&mut self) -> Vec<Action> {
        let is_final = self.suite.is_some();
        let function = self.candidate.name.clone();
        let code = self.candidate.code.clone();
        let evidence = self.evidence(is_final);
        let blame = weigh(&evidence);
        let judged: Vec<&str> = self
            .trial()
            .suites
            .iter()
            .map(|tried| tried.suite.text.trim_end())
            .collect();
        let judged = judged.join("\n\n\n");
        let place = self.judging_place(self.rounds_so_far());
        let reasons = blame.reasons.clone();
        self.ledger.judgement(place, &reasons, &code, &judged);

        let trial = self.trial();
        trial.code_is_wrong = blame.code_is_wrong;
        let mut suites = std::mem::take(&mut trial.suites);
        for (index, tried) in suites.iter_mut().enumerate() {
            let wrong: BTreeSet<String> = blame
                .wrong_tests
                .iter()
                .filter(|(suite, _)| *suite == index)
                .map(|(_, id)| id.clone())
                .collect();
            tried.drop_tests(&wrong, &function);
        }
        suites.retain(|tried| !tried.methods.is_empty());
        let open = suites.iter().any(|tried| !tried.ids(false).is_empty());
        trial.suites = suites;
        if trial.suites.is_empty() {
            let detail = format!("every test was judged wrong: {reasons}");
            return self.no_tests_left(detail);
        }
        if !open {
            // The richest suite, the first of several.
            let best = (0..self.trial().suites.len())
                .rev()
                .max_by_key(|&index| self.trial().suites[index].ids(true).len())
                .unwrap_or(0);
            let suite = self.trial().suites[best].suite.clone();
            let request = Request::Execute(jobs::verdict(&self.settings, &code, &suite.text));
            let suite = Box::new(suite);
            return self.send(State::Rerun { suite }, vec![request]);
        }
        if is_final {
            return self.reject_unresolved(&reasons);
        }
        if let Some(actions) = self.ask_opinions() {
            return actions;
        }
        // Of the suites with a failing test, the one with the most tests; the first of several.
        let suites = &self.trial().suites;
        let decisive = (0..suites.len())
            .rev()
            .filter(|&index| !suites[index].ids(false).is_empty())
            .max_by_key(|&index| suites[index].methods.len())
            .unwrap_or(0);
        let tried = &suites[decisive];
        let (suite, variant) = (tried.suite.clone(), tried.variant(&code));
        self.suite = Some(suite);
        self.variants.push(variant);
        self.begin_round(1)
    }

    fn evidence(&mut self, is_final: bool) -> Evidence {
        let code = self.candidate.code.clone();
        let name = self.candidate.name.clone();
        let code_lines = lines_of(&code);
        let docstring = signature(&code, &name).and_then(|signature| signature.docstring);
        let documented: BTreeSet<String> = deliberate_exceptions(&code)
            .into_iter()
            .filter(|exception| {
                docstring
                    .as_ref()
                    .is_some_and(|text| crate::fix::mentions(text, exception))
            })
            .collect();
        let trial = self.trial();
        let suites = trial
            .suites
            .iter()
            .map(|tried| {
                let failed = tried.ids(false);
                let met = |id: &String| {
                    let test = tried.outcome.tests.iter().find(|test| test.id == *id)?;
                    (test.status == TestStatus::Error)
                        .then(|| raised(&test.message))
                        .flatten()
                };
                Testimony {
                    methods: tried.methods.clone(),
                    passed: tried.ids(true),
                    mistaken: failed
                        .iter()
                        .filter(|id| {
                            met(id)
                                .is_some_and(|raised| is_the_tests_own(&raised, code_lines, &name))
                        })
                        .cloned()
                        .collect(),
                    documented: failed
                        .iter()
                        .filter(|id| {
                            met(id).is_some_and(|raised| {
                                documented.contains(&raised.exception)
                                    && raised.innermost.is_some_and(|line| line <= code_lines)
                            })
                        })
                        .cloned()
                        .collect(),
                    failed,
                    ground: tried.ground.clone(),
                    passed_ground: tried.passed_ground.clone(),
                }
            })
            .collect();
        let examples = trial.examples.as_ref().map(|examples| Examples {
            kept: u32::try_from(examples.kept.len()).unwrap_or(u32::MAX),
            broken: examples.broken.clone(),
            claims: test_methods(&examples.tests, &name)
                .into_iter()
                .filter(|method| examples.kept.contains(&method.id))
                .flat_map(|method| method.claims)
                .collect(),
            ground: examples.ground.clone(),
        });
        Evidence {
            suites,
            examples,
            fixes: trial.fixes.clone(),
            is_final,
        }
    }

    /// Ids of the tests of the deciding suite that the corpus's code fails.
    pub(super) fn failing_tests(&self) -> Vec<String> {
        let deciding = &self.suite().text;
        let suites = self.trial.iter().flat_map(|trial| &trial.suites);
        suites
            .filter(|tried| tried.suite.text == *deciding)
            .flat_map(|tried| tried.ids(false))
            .collect()
    }

    /// The place of the next thing that is done to judge tests and fixes; they are numbered
    /// through a case, so that its order can be read.
    pub(super) fn judging_place(&mut self, round: u32) -> Place {
        let sample = self.judged;
        self.judged += 1;
        Place {
            step: Step::Judge,
            round,
            sample,
        }
    }

    /// Fix rounds that there were.
    fn rounds_so_far(&self) -> u32 {
        self.variants
            .iter()
            .map(|variant| variant.round)
            .chain([self.last_round])
            .max()
            .unwrap_or(0)
    }

    pub(super) fn rerun(&mut self, suite: Suite, returned: Returned) -> Vec<Action> {
        let code = self.candidate.code.clone();
        let Some(execution) = returned.executions().into_iter().next() else {
            return self.reject_unresolved("the tests that are left were not run");
        };
        let place = self.judging_place(self.rounds_so_far());
        self.ledger
            .execution(place, &execution, &suite.model, &code, &suite.text);
        let outcome = &execution.outcome;
        if outcome.verdict != Verdict::Passed {
            let detail = format!(
                "the tests that are left do not pass by themselves: {}",
                cut(&error_text(outcome), 600)
            );
            return self.reject_unresolved(&detail);
        }
        self.suite = Some(suite);
        self.variants = vec![Variant {
            code,
            round: 0,
            sample: 0,
            fixed_by: None,
            verdict: outcome.verdict,
            tests_run: outcome.tests_run,
            tests_passed: outcome.tests_passed,
            error: String::new(),
            refined: None,
        }];
        self.kept = vec![0];
        self.check_stubs()
    }

    /// No fix is left to try. Before the candidate is given up: were the tests wrong?
    pub(super) fn no_fix(&mut self) -> Vec<Action> {
        match &self.trial {
            // What the docstring denies, no vote can save.
            Some(trial) if !trial.code_is_wrong => self.deliberate(),
            _ => self.never_passed(),
        }
    }

    /// Nobody knows yet who is wrong: more suites are asked for, once, of the model that
    /// wrote the first ones. They are to say what comes of the very calls that tests and
    /// code disagree about, without being told what the tests say.
    fn ask_opinions(&mut self) -> Option<Vec<Action>> {
        let opinions = self.settings.opinions;
        let tier = self.tiers.tests;
        let provider = &self.settings.tests[tier];
        let is_model = matches!(provider, Provider::Model { .. });
        let known = samples(provider);
        let mut prompt = self.prompt(&self.candidate.code);
        let plain = self.settings.prompts.render(Agent::Tests, &prompt);
        let trial = self.trial();
        if opinions == 0 || !is_model || trial.code_is_wrong {
            return None;
        }
        if std::mem::replace(&mut trial.opinions_asked, true) {
            return None;
        }
        for tried in &trial.suites {
            let failed = tried.ids(false);
            let methods = tried
                .methods
                .iter()
                .filter(|method| failed.contains(&method.id));
            for claim in methods.flat_map(|method| &method.claims) {
                if prompt.calls.len() < MOST_FOLLOWED && !prompt.calls.contains(&claim.call) {
                    prompt.calls.push(claim.call.clone());
                }
            }
        }
        // The same question again brings the known answers first, out of the journal.
        let is_new = self.settings.prompts.render(Agent::Tests, &prompt) != plain;
        let known = if is_new { 0 } else { known };
        let request = Request::Ask(Agent::Tests, tier, prompt, known + opinions);
        Some(self.send(State::AskingOpinions { known }, vec![request]))
    }

    pub(super) fn opinions_answered(&mut self, known: u32, returned: Returned) -> Vec<Action> {
        let replies: Vec<_> = returned.replies().into_iter().flatten().collect();
        let provider = self.settings.tests[self.tiers.tests].clone();
        self.note_missing(
            &provider,
            known + self.settings.opinions,
            replies.len(),
            "further tests",
        );
        let first_sample = self.tiers.tests_sample;
        let new = replies.into_iter().skip(known as usize);
        self.tiers.tests_sample += u32::try_from(new.len()).unwrap_or(u32::MAX);
        let mut texts = std::mem::take(&mut self.trial().texts);
        let (suites, _) = self.read_suites(new, first_sample, &mut texts);
        self.trial().texts = texts;
        if suites.is_empty() {
            return self.deliberate();
        }
        let requests = suites
            .iter()
            .map(|suite| {
                let code = &self.candidate.code;
                Request::Execute(jobs::verdict(&self.settings, code, &suite.text))
            })
            .collect();
        self.send(State::RunningOpinions { suites }, requests)
    }

    pub(super) fn opinions_run(&mut self, suites: Vec<Suite>, returned: Returned) -> Vec<Action> {
        let code = self.candidate.code.clone();
        let name = self.candidate.name.clone();
        let round = self.rounds_so_far();
        for (suite, execution) in suites.into_iter().zip(returned.executions()) {
            let place = self.judging_place(round);
            self.ledger
                .execution(place, &execution, &suite.model, &code, &suite.text);
            if speaks(&execution.outcome) {
                let tried = Tried::new(suite, execution.outcome, &name);
                self.trial().suites.push(tried);
            }
        }
        self.gather(false)
    }

    fn no_tests_left(&mut self, detail: String) -> Vec<Action> {
        if self.suite.is_none() {
            // Whoever comes next may write better ones.
            self.trial = None;
            return self.no_tests(RejectReason::NoTests, detail);
        }
        self.reject_as_failed(RejectReason::NoTests, detail)
    }

    fn reject_unresolved(&mut self, reasons: &str) -> Vec<Action> {
        let best = match self.variants.is_empty() {
            true => String::new(),
            false => format!("{}; ", self.best_so_far()),
        };
        let detail = format!("{best}{}", cut(reasons, 900));
        self.reject_as_failed(RejectReason::NeverPassed, detail)
    }
}

impl Tried {
    /// Takes tests away that were judged wrong.
    fn drop_tests(&mut self, wrong: &BTreeSet<String>, function: &str) {
        if wrong.is_empty() {
            return;
        }
        match without(&self.suite.text, wrong) {
            Some(text) => {
                self.methods = test_methods(&text, function);
                self.suite.text = text;
                self.outcome.tests.retain(|test| !wrong.contains(&test.id));
                self.ground.retain(|id, _| !wrong.contains(id));
            }
            None => {
                self.methods.clear();
                self.outcome.tests.clear();
            }
        }
    }
}

impl TriedExamples {
    fn note(&mut self, execution: &Execution, lines: Option<BTreeSet<u32>>) {
        if !speaks(&execution.outcome) {
            return;
        }
        self.ground = lines;
        for test in &execution.outcome.tests {
            match test.status {
                TestStatus::Passed => {
                    self.kept.insert(test.id.clone());
                }
                TestStatus::Failed => self.broken.push(test.id.clone()),
                // An example may lean on what its page has and the candidate has not.
                TestStatus::Error | TestStatus::Skipped | TestStatus::ExpectedFailure => {}
            }
        }
    }
}

/// Ids of all tests but some.
fn all_but(methods: &[TestMethod], ids: &[String]) -> BTreeSet<String> {
    methods
        .iter()
        .map(|method| method.id.clone())
        .filter(|id| !ids.contains(id))
        .collect()
}

/// How many lines of a module are the code's.
fn lines_of(code: &str) -> u32 {
    u32::try_from(code.trim_end().lines().count()).unwrap_or(u32::MAX)
}

/// Lines of the code that were executed after its definitions; none if nobody knows.
fn executed_lines(coverage: Option<&CoveredFile>, code_lines: u32) -> Option<BTreeSet<u32>> {
    let executed = coverage?.executed.iter().copied();
    Some(executed.filter(|line| *line <= code_lines).collect())
}
