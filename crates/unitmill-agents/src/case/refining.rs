//! Refining what passes. A refinement that fails costs nothing but itself: the code that
//! passed before is kept.
//!
//! A refinement is held against the code before it, whoever wrote it:
//!
//! 1. its text leaves the interface as it was and adds nothing (`reply::code`),
//! 2. the code before is looked at twice, with calls that the tests make, that the offline
//!    generator would make and that the docstring has for examples; calls that do not do the
//!    same twice are left out,
//! 3. the refined code is looked at twice, with the same calls, and must do the same; the
//!    examples of its docstring are executed, and those that do not hold are cut,
//! 4. the refined code passes the tests; where more than docstring and annotations differ,
//!    the tests must fail on its stubs as well.
//!
//! Why one is refused is the detail of the attempt that showed it.

use std::collections::BTreeMap;

use unitmill_model::{Agent, Execution, ObservedCall, Outcome, Step, Verdict};
use unitmill_python::{Stub, split_function, stub_function};

use super::ledger::Place;
use super::{Action, Case, Observing, Request, Returned, State, jobs, samples};
use crate::generate::{Evidence, Findings, Generator};
use crate::refine::examples::{self, Purged};
use crate::refine::{Known, calls_in_tests, differ_in_words_only};
use crate::reply::{self, Keep};
use crate::{Provider, refine};

/// At most this many calls are compared.
const MOST_CALLS: usize = 48;

/// A refinement on its way through the checks.
pub(super) struct Refinement {
    variant: usize,
    sample: u32,
    code: String,
    by: String,
    /// What the checks found worth saying.
    note: String,
}

/// Refinements, and what is known of the code before them.
pub(super) struct Comparing {
    refinements: Vec<Refinement>,
    /// By variant: the calls that are out, or what came of them twice.
    calls: BTreeMap<usize, Vec<ObservedCall>>,
    known: BTreeMap<usize, Known>,
}

/// Refinements whose behaviour is known to be the same, being held against the tests.
pub(super) struct Judging {
    refinements: Vec<Refinement>,
    /// The stubs that go with them: which refinement, which stub, its code.
    stubs: Vec<(usize, Stub, String)>,
}

impl Case {
    pub(super) fn begin_refinement(&mut self) -> Vec<Action> {
        let tier = self.tiers.refine;
        let provider = &self.settings.refine[tier];
        match provider {
            Provider::Model { .. } => {
                let samples = samples(provider);
                let variants = self.unrefined();
                let requests = variants
                    .iter()
                    .map(|&index| {
                        let mut prompt = self.prompt(&self.variants[index].code);
                        prompt.tests = self.suite().text.trim_end().to_owned();
                        Request::Ask(Agent::Refine, tier, prompt, samples)
                    })
                    .collect();
                self.send(State::AskingRefinements { variants }, requests)
            }
            Provider::Builtin => match self.suite().evidence.clone() {
                Some(evidence) => self.refine_by_rule(&evidence),
                None => self.observe_for_refinement(),
            },
        }
    }

    /// The kept variants that nobody has improved yet.
    fn unrefined(&self) -> Vec<usize> {
        let kept = self.kept.iter().copied();
        kept.filter(|&index| self.variants[index].refined.is_none())
            .collect()
    }

    /// The provider at work is done; whoever comes next takes what it left.
    fn next_refiner(&mut self) -> Vec<Action> {
        if self.tiers.refine + 1 == self.settings.refine.len() || self.unrefined().is_empty() {
            return self.finish_with_pairs();
        }
        self.tiers.refine += 1;
        self.begin_refinement()
    }

    pub(super) fn refinements_answered(
        &mut self,
        variants: Vec<usize>,
        returned: Returned,
    ) -> Vec<Action> {
        let per_variant = samples(&self.settings.refine[self.tiers.refine]);
        let mut refinements: Vec<Refinement> = Vec::new();
        for (variant, replies) in variants.into_iter().zip(returned.replies()) {
            let before = self.variants[variant].code.clone();
            let first_sample = self.tiers.refine_sample;
            self.tiers.refine_sample += per_variant;
            for (reply, sample) in replies.into_iter().zip(first_sample..) {
                let parsed = reply::code(
                    &reply.answer,
                    &self.candidate.name,
                    &before,
                    Keep::Behaviour,
                    &self.settings.environment,
                );
                let detail = match parsed {
                    Ok(code) if code == before => "the code is unchanged".to_owned(),
                    Ok(code)
                        if refinements
                            .iter()
                            .any(|other| other.variant == variant && other.code == code) =>
                    {
                        "the same code as an earlier sample".to_owned()
                    }
                    Ok(code) => {
                        refinements.push(Refinement {
                            variant,
                            sample,
                            code,
                            by: reply.model.clone(),
                            note: String::new(),
                        });
                        String::new()
                    }
                    Err(reason) => reason,
                };
                let place = Place {
                    step: Step::Refine,
                    round: 0,
                    sample,
                };
                self.ledger.reply(place, &reply, &detail);
            }
        }
        self.look_before(refinements)
    }

    /// The tests are a model's, so nothing was observed yet.
    fn observe_for_refinement(&mut self) -> Vec<Action> {
        let code = self.variants[self.kept[0]].code.clone();
        let Some(generator) =
            Generator::new(&code, &self.candidate.name, &self.settings.environment)
        else {
            // What can be said without having seen anything.
            return self.refine_by_rule(&Evidence::default());
        };
        self.look_for_refinement(Observing {
            generator,
            code,
            repairs: 0,
            jobs: self.tiers.refine_sample,
            calls: String::new(),
        })
    }

    fn look_for_refinement(&mut self, mut observing: Observing) -> Vec<Action> {
        let requests = self.looks(&mut observing);
        self.send(State::ObservingForRefinement(Box::new(observing)), requests)
    }

    pub(super) fn observed_for_refinement(
        &mut self,
        mut observing: Observing,
        returned: Returned,
    ) -> Vec<Action> {
        let mut findings = self.note_looks(&mut observing, returned, Step::Refine);
        // The code passes; an error is the fault of the inputs.
        if let Findings::Repair { .. } = findings {
            findings = observing.generator.proceed();
        }
        match findings {
            Findings::LookAgain => self.look_for_refinement(observing),
            Findings::Suite(seen) => {
                self.tiers.refine_sample = observing.jobs;
                if let Some(suite) = &mut self.suite {
                    suite.evidence = Some(seen.evidence.clone());
                }
                self.refine_by_rule(&seen.evidence)
            }
            Findings::Repair { .. } | Findings::Nondeterministic(_) | Findings::Nothing(_) => {
                self.tiers.refine_sample = observing.jobs;
                self.refine_by_rule(&Evidence::default())
            }
        }
    }

    fn refine_by_rule(&mut self, evidence: &Evidence) -> Vec<Action> {
        let variants = self.unrefined();
        // Behind the looks that were taken in the same step.
        let first_sample = self.tiers.refine_sample;
        self.tiers.refine_sample += u32::try_from(variants.len()).unwrap_or(u32::MAX);
        let environment = &self.settings.environment;
        let refinements = variants
            .into_iter()
            .zip(first_sample..)
            .filter_map(|(variant, sample)| {
                let code = &self.variants[variant].code;
                let refined = refine::refine(code, &self.candidate.name, evidence, environment)?;
                (refined != *code).then_some(Refinement {
                    variant,
                    sample,
                    code: refined,
                    by: Provider::Builtin.name().to_owned(),
                    note: String::new(),
                })
            })
            .collect();
        self.look_before(refinements)
    }

    /// What a variant is called with when it is compared with its refinements: as the tests
    /// call it, then as the generator did or would.
    fn calls_of(&self, variant: usize) -> Vec<ObservedCall> {
        let code = &self.variants[variant].code;
        let name = &self.candidate.name;
        let suite = self.suite();
        let mut calls = calls_in_tests(&suite.text, code, name);
        let guided = match &suite.evidence {
            // Calls that are known to come to an end.
            Some(evidence) => evidence
                .returned
                .iter()
                .map(|seen| seen.call.observed(seen.unrolled))
                .chain(evidence.raised.iter().map(|(call, _)| call.observed(false)))
                .collect(),
            None => Generator::new(code, name, &self.settings.environment)
                .map_or_else(Vec::new, |generator| generator.calls()),
        };
        for call in guided {
            if !calls.contains(&call) {
                calls.push(call);
            }
        }
        calls.truncate(MOST_CALLS);
        calls
    }

    /// Looks at the code before each refinement.
    fn look_before(&mut self, refinements: Vec<Refinement>) -> Vec<Action> {
        let refinements: Vec<Refinement> = refinements
            .into_iter()
            .filter(|refinement| split_function(&refinement.code, &self.candidate.name).is_some())
            .collect();
        if refinements.is_empty() {
            return self.next_refiner();
        }
        let mut calls: BTreeMap<usize, Vec<ObservedCall>> = BTreeMap::new();
        for refinement in &refinements {
            calls
                .entry(refinement.variant)
                .or_insert_with(|| self.calls_of(refinement.variant));
        }
        calls.retain(|_, calls| !calls.is_empty());
        let requests: Vec<Request> = calls
            .iter()
            .flat_map(|(&variant, calls)| self.look_twice(&self.variants[variant].code, calls))
            .collect();
        let comparing = Comparing {
            refinements,
            calls,
            known: BTreeMap::new(),
        };
        if requests.is_empty() {
            return self.look_after(comparing);
        }
        self.send(State::LookingBefore(Box::new(comparing)), requests)
    }

    fn look_twice(&self, code: &str, calls: &[ObservedCall]) -> [Request; 2] {
        let seed = self.settings.seed;
        [seed, seed.wrapping_add(1)]
            .map(|seed| Request::Execute(jobs::observe(&self.settings, code, calls.to_vec(), seed)))
    }

    pub(super) fn looked_before(
        &mut self,
        mut comparing: Comparing,
        returned: Returned,
    ) -> Vec<Action> {
        let mut executions = returned.executions().into_iter();
        for (variant, calls) in std::mem::take(&mut comparing.calls) {
            let (Some(first), Some(second)) = (executions.next(), executions.next()) else {
                continue;
            };
            let sample = comparing
                .refinements
                .iter()
                .find(|refinement| refinement.variant == variant)
                .map_or(0, |refinement| refinement.sample);
            let code = self.variants[variant].code.clone();
            let known = Known::of(&calls, &first.outcome, &second.outcome);
            let said = format!(
                "the code before: {} of {} calls did the same twice",
                known.calls.len(),
                calls.len()
            );
            for execution in [&first, &second] {
                self.note_look(sample, execution, "builtin", &code, &calls, &said);
            }
            comparing.known.insert(variant, known);
        }
        self.look_after(comparing)
    }

    /// Looks at the refinements, with the calls that are known of the code before and the
    /// examples of the docstring.
    fn look_after(&mut self, mut comparing: Comparing) -> Vec<Action> {
        let mut requests = Vec::new();
        let mut calls: BTreeMap<usize, Vec<ObservedCall>> = BTreeMap::new();
        for (index, refinement) in comparing.refinements.iter().enumerate() {
            let known = comparing.known.get(&refinement.variant);
            let mut wanted = known.map_or_else(Vec::new, |known| known.calls.clone());
            wanted.extend(examples::check(&refinement.code, &self.candidate.name));
            if !wanted.is_empty() {
                requests.extend(self.look_twice(&refinement.code, &wanted));
                calls.insert(index, wanted);
            }
        }
        comparing.calls = calls;
        if requests.is_empty() {
            return self.judge_refinements(comparing.refinements);
        }
        self.send(State::LookingAfter(Box::new(comparing)), requests)
    }

    pub(super) fn looked_after(
        &mut self,
        mut comparing: Comparing,
        returned: Returned,
    ) -> Vec<Action> {
        let mut executions = returned.executions().into_iter();
        let mut unbent = Vec::new();
        let nothing = Known::default();
        for (index, mut refinement) in comparing.refinements.into_iter().enumerate() {
            let Some(calls) = comparing.calls.remove(&index) else {
                unbent.push(refinement);
                continue;
            };
            let (Some(first), Some(second)) = (executions.next(), executions.next()) else {
                continue;
            };
            let known = comparing.known.get(&refinement.variant).unwrap_or(&nothing);
            let before = &self.variants[refinement.variant].code;
            let result = compared(
                &self.candidate.name,
                before,
                &refinement.code,
                known,
                [&first.outcome, &second.outcome],
            );
            let said = match &result {
                Ok(purged) => format!(
                    "{} calls do what they did before; {}",
                    known.calls.len(),
                    match purged.detail.as_str() {
                        "" => "every example holds",
                        detail => detail,
                    }
                ),
                Err(reason) => format!("refused: {reason}"),
            };
            for execution in [&first, &second] {
                self.note_look(
                    refinement.sample,
                    execution,
                    &refinement.by,
                    &refinement.code,
                    &calls,
                    &said,
                );
            }
            if let Ok(purged) = result {
                refinement.code = purged.code;
                refinement.note = purged.detail;
                unbent.push(refinement);
            }
        }
        self.judge_refinements(unbent)
    }

    fn note_look(
        &mut self,
        sample: u32,
        execution: &Execution,
        by: &str,
        code: &str,
        calls: &[ObservedCall],
        said: &str,
    ) {
        let place = Place {
            step: Step::Refine,
            round: 0,
            sample,
        };
        let execution = with_detail(execution, said);
        let calls = jobs::calls_text(calls);
        self.ledger.execution(place, &execution, by, code, &calls);
    }

    /// Runs refinements against the tests, and their stubs where they may have others.
    fn judge_refinements(&mut self, refinements: Vec<Refinement>) -> Vec<Action> {
        let name = &self.candidate.name;
        // What was cut may have left the code as it was.
        let refinements: Vec<Refinement> = refinements
            .into_iter()
            .filter(|refinement| {
                refinement.code != self.variants[refinement.variant].code
                    && split_function(&refinement.code, name).is_some()
            })
            .collect();
        if refinements.is_empty() {
            return self.next_refiner();
        }
        let mut requests: Vec<Request> = refinements
            .iter()
            .map(|refinement| self.judge(&refinement.code))
            .collect();
        let mut stubs = Vec::new();
        for (index, refinement) in refinements.iter().enumerate() {
            let before = &self.variants[refinement.variant].code;
            for stub in Stub::ALL {
                let (Some(was), Some(is)) = (
                    stub_function(before, name, stub),
                    stub_function(&refinement.code, name, stub),
                ) else {
                    continue;
                };
                if !differ_in_words_only(&was, &is) {
                    requests.push(self.judge(&is));
                    stubs.push((index, stub, is));
                }
            }
        }
        self.send(
            State::JudgingRefinements(Box::new(Judging { refinements, stubs })),
            requests,
        )
    }

    pub(super) fn refinements_judged(
        &mut self,
        judging: Judging,
        returned: Returned,
    ) -> Vec<Action> {
        let Judging { refinements, stubs } = judging;
        let mut executions = returned.executions().into_iter();
        let verdicts: Vec<Execution> = executions.by_ref().take(refinements.len()).collect();
        let tests = self.suite().text.clone();
        let mut vacuous: BTreeMap<usize, String> = BTreeMap::new();
        for ((index, stub, code), execution) in stubs.into_iter().zip(executions) {
            let place = Place {
                step: Step::StubCheck,
                round: 1,
                sample: refinements[index].sample,
            };
            if execution.outcome.verdict == Verdict::Passed {
                vacuous.insert(
                    index,
                    format!("refused: its tests pass where it {}", stub.behaviour()),
                );
            }
            self.ledger
                .execution(place, &execution, "builtin", &code, &tests);
        }
        for (index, (refinement, execution)) in refinements.into_iter().zip(verdicts).enumerate() {
            let place = Place {
                step: Step::Refine,
                round: 0,
                sample: refinement.sample,
            };
            let passes = execution.outcome.verdict == Verdict::Passed;
            let said = match vacuous.get(&index) {
                Some(reason) if passes => reason.clone(),
                _ => refinement.note.clone(),
            };
            self.ledger.execution(
                place,
                &with_detail(&execution, &said),
                &refinement.by,
                &refinement.code,
                &tests,
            );
            let variant = &mut self.variants[refinement.variant];
            if passes && !vacuous.contains_key(&index) && variant.refined.is_none() {
                variant.tests_run = execution.outcome.tests_run;
                variant.refined = Some((refinement.code, refinement.by));
            }
        }
        self.next_refiner()
    }
}

/// Holds two looks at a refinement against what is known of the code before.
fn compared(
    function: &str,
    before: &str,
    after: &str,
    known: &Known,
    looks: [&Outcome; 2],
) -> Result<Purged, String> {
    if let Some(difference) = looks.iter().find_map(|look| known.difference(look)) {
        return Err(difference);
    }
    if examples::check(after, function).is_none() {
        return Ok(Purged {
            code: after.to_owned(),
            detail: String::new(),
        });
    }
    let seen = looks.map(|look| look.observations.get(known.calls.len()));
    examples::purge(before, after, function, &seen)
}

/// An execution whose row says what was made of it, besides what the sandbox says.
fn with_detail(execution: &Execution, said: &str) -> Execution {
    let mut execution = execution.clone();
    let detail = std::mem::take(&mut execution.outcome.detail);
    execution.outcome.detail = match (said.is_empty(), detail.trim().is_empty()) {
        (true, _) => detail,
        (false, true) => said.to_owned(),
        (false, false) => format!("{said}; {detail}"),
    };
    execution
}
