//! Tests and the first run.

use std::collections::BTreeSet;

use unitmill_model::{
    Agent, Outcome, RejectReason, Reply, Step, TestOrigin, Verdict, Verification,
};

use super::judging::{self, Tried};
use super::ledger::Place;
use super::{
    Action, Case, Fix, Observing, Request, Returned, State, Suite, Variant, cut, error_text, jobs,
    samples,
};
use crate::evidence::claims::{test_methods, without};
use crate::fix::{Reach, repair};
use crate::generate::{Findings, Generator, Seeds};
use crate::{Provider, reply};

impl Case {
    pub(super) fn begin_tests(&mut self) -> Vec<Action> {
        let tier = self.tiers.tests;
        let provider = &self.settings.tests[tier];
        match provider {
            Provider::Model { .. } => {
                let samples = samples(provider);
                let prompt = self.prompt(&self.candidate.code);
                self.send(
                    State::AskingTests,
                    vec![Request::Ask(Agent::Tests, tier, prompt, samples)],
                )
            }
            Provider::Builtin => {
                let code = self.candidate.code.clone();
                self.observe_anew(code, 0, self.tiers.tests_sample)
            }
        }
    }

    /// The provider at work has no tests; whoever comes next is asked.
    pub(super) fn no_tests(&mut self, reason: RejectReason, detail: String) -> Vec<Action> {
        let name = self.settings.tests[self.tiers.tests].name().to_owned();
        self.tiers.without_tests.push((name, reason, detail));
        self.next_tests()
    }

    fn next_tests(&mut self) -> Vec<Action> {
        if self.tiers.tests + 1 < self.settings.tests.len() {
            self.tiers.tests += 1;
            return self.begin_tests();
        }
        if let Some(best) = self.tiers.not_run.take() {
            let (suite, variant) = *best;
            return self.settle_on(suite, variant);
        }
        let mut failures = std::mem::take(&mut self.tiers.without_tests);
        let Some((_, reason, detail)) = failures.pop() else {
            return self.reject(RejectReason::NoTests, "nobody was asked".to_owned());
        };
        let detail = match failures.is_empty() {
            true => detail,
            false => {
                let name = self.settings.tests[self.tiers.tests].name();
                let earlier = failures
                    .iter()
                    .map(|(name, _, detail)| format!("{name}: {detail}; "));
                format!("{}{name}: {detail}", earlier.collect::<String>())
            }
        };
        self.reject_as_failed(reason, detail)
    }

    pub(super) fn tests_answered(&mut self, returned: Returned) -> Vec<Action> {
        let replies: Vec<Reply> = returned.replies().into_iter().flatten().collect();
        let provider = self.settings.tests[self.tiers.tests].clone();
        let asked = samples(&provider);
        self.note_missing(&provider, asked, replies.len(), "tests");
        let first_sample = self.tiers.tests_sample;
        self.tiers.tests_sample += asked;
        let (suites, reasons) = self.read_suites(replies, first_sample, &mut BTreeSet::new());
        if suites.is_empty() {
            let detail = match reasons.into_iter().next() {
                Some(reason) => reason,
                None => "the model gave no answer".to_owned(),
            };
            return self.no_tests(RejectReason::NoTests, detail);
        }
        self.first_run(suites)
    }

    /// The suites of a model's answers, the first of which is sample `first_sample`, and why
    /// the others hold none. Texts that are `known` are no suites of their own; those that
    /// are read become known.
    pub(super) fn read_suites(
        &mut self,
        replies: impl IntoIterator<Item = Reply>,
        first_sample: u32,
        known: &mut BTreeSet<String>,
    ) -> (Vec<Suite>, Vec<String>) {
        let mut suites = Vec::new();
        let mut reasons = Vec::new();
        for (reply, sample) in replies.into_iter().zip(first_sample..) {
            let place = Place {
                step: Step::Tests,
                round: 0,
                sample,
            };
            let parsed = reply::tests(
                &reply.answer,
                &self.candidate.name,
                &self.candidate.code,
                &self.settings.environment,
            )
            .and_then(|text| worth_running(&text, &self.candidate.name));
            let detail = match parsed {
                Ok(text) if !known.insert(text.clone()) => {
                    "the same tests as an earlier sample".to_owned()
                }
                Ok(text) => {
                    suites.push(suite_of(text, &reply.model, sample));
                    String::new()
                }
                Err(reason) => {
                    reasons.push(reason.clone());
                    reason
                }
            };
            self.ledger.reply(place, &reply, &detail);
        }
        (suites, reasons)
    }

    /// Sets the generator on a piece of code.
    fn observe_anew(&mut self, code: String, repairs: u32, jobs: u32) -> Vec<Action> {
        let Some(generator) =
            Generator::new(&code, &self.candidate.name, &self.settings.environment)
                .map(|generator| generator.searching(self.settings.observed_calls))
        else {
            let detail = "the function's signature cannot be read".to_owned();
            self.tiers.tests_sample = jobs;
            return self.no_tests(RejectReason::NoTests, detail);
        };
        self.observe(Observing {
            generator,
            code,
            repairs,
            jobs,
            calls: String::new(),
        })
    }

    fn observe(&mut self, mut observing: Observing) -> Vec<Action> {
        let requests = self.looks(&mut observing);
        self.send(State::Observing(Box::new(observing)), requests)
    }

    /// The looks at the calls that the generator wants to see.
    pub(super) fn looks(&self, observing: &mut Observing) -> Vec<Request> {
        let calls = observing.generator.calls();
        observing.calls = jobs::calls_text(&calls);
        let lines = observing.generator.wants_lines();
        let (first, second) = (self.settings.seed, self.settings.seed.wrapping_add(1));
        let seeds = match observing.generator.seeds() {
            Seeds::Both => vec![first, second],
            Seeds::First => vec![first],
            Seeds::Second => vec![second],
        };
        seeds
            .into_iter()
            .map(|seed| {
                let (settings, code) = (&self.settings, &observing.code);
                Request::Execute(jobs::guess(settings, code, calls.clone(), lines, seed))
            })
            .collect()
    }

    /// Notes the looks and shows them to the generator.
    pub(super) fn note_looks(
        &mut self,
        observing: &mut Observing,
        returned: Returned,
        step: Step,
    ) -> Findings {
        let executions = returned.executions();
        for execution in &executions {
            let place = Place {
                step,
                round: 0,
                sample: observing.jobs,
            };
            observing.jobs += 1;
            self.ledger.execution(
                place,
                execution,
                "builtin",
                &observing.code,
                &observing.calls,
            );
        }
        let outcomes: Vec<&Outcome> = executions
            .iter()
            .map(|execution| &execution.outcome)
            .collect();
        observing.generator.look(&outcomes)
    }

    pub(super) fn observed(&mut self, mut observing: Observing, returned: Returned) -> Vec<Action> {
        let findings = self.note_looks(&mut observing, returned, Step::Tests);
        self.act_on(observing, findings)
    }

    fn act_on(&mut self, mut observing: Observing, findings: Findings) -> Vec<Action> {
        match findings {
            Findings::LookAgain => self.observe(observing),
            Findings::Repair { error } => {
                let environment = &self.settings.environment;
                let may_repair = observing.repairs < self.settings.fix_rounds;
                let repaired = may_repair
                    .then(|| {
                        repair(&observing.code, &error, environment, Reach::Mentioned).or_else(
                            || repair(&observing.code, &error, environment, Reach::Everything),
                        )
                    })
                    .flatten();
                match repaired {
                    Some(code) => self.observe_anew(code, observing.repairs + 1, observing.jobs),
                    None => {
                        let findings = observing.generator.proceed();
                        self.act_on(observing, findings)
                    }
                }
            }
            Findings::Suite(suite) => self.generated(&observing, *suite),
            Findings::Nondeterministic(detail) => {
                self.tiers.tests_sample = observing.jobs;
                self.no_tests(RejectReason::Nondeterministic, detail)
            }
            Findings::Nothing(detail) => {
                self.tiers.tests_sample = observing.jobs;
                self.no_tests(RejectReason::NoTests, detail)
            }
        }
    }

    fn generated(&mut self, observing: &Observing, suite: crate::generate::Suite) -> Vec<Action> {
        let sample = std::mem::replace(&mut self.tiers.tests_sample, observing.jobs);
        let suite = Suite {
            text: suite.text,
            origin: TestOrigin::Builtin,
            verification: suite.verification,
            model: "builtin".to_owned(),
            sample,
            evidence: Some(suite.evidence),
            repaired: (observing.repairs > 0).then(|| observing.code.clone()),
        };
        self.first_run(vec![suite])
    }

    fn first_run(&mut self, suites: Vec<Suite>) -> Vec<Action> {
        let requests = suites
            .iter()
            .map(|suite| {
                Request::Execute(jobs::verdict(
                    &self.settings,
                    &self.candidate.code,
                    &suite.text,
                ))
            })
            .collect();
        self.send(State::FirstRun { suites }, requests)
    }

    /// Where every suite of a model passes, the richest one decides. Where tests and code
    /// disagree, whose fault it is comes first. A suite that did not run test by test says
    /// nothing of either.
    pub(super) fn first_run_done(&mut self, suites: Vec<Suite>, returned: Returned) -> Vec<Action> {
        let mut tried: Vec<Tried> = Vec::new();
        let mut best: Option<(Suite, Variant)> = None;
        for (suite, execution) in suites.into_iter().zip(returned.executions()) {
            let place = Place {
                step: Step::FirstRun,
                round: 0,
                sample: suite.sample,
            };
            self.ledger.execution(
                place,
                &execution,
                &suite.model,
                &self.candidate.code,
                &suite.text,
            );
            let outcome = execution.outcome;
            let variant = Variant {
                code: self.candidate.code.clone(),
                round: 0,
                sample: 0,
                fixed_by: None,
                verdict: outcome.verdict,
                tests_run: outcome.tests_run,
                tests_passed: outcome.tests_passed,
                error: error_text(&outcome),
                refined: None,
            };
            let rank =
                |variant: &Variant| (variant.verdict == Verdict::Passed, variant.tests_passed);
            if best
                .as_ref()
                .is_none_or(|(_, other)| rank(&variant) > rank(other))
            {
                best = Some((suite.clone(), variant));
            }
            if suite.origin == TestOrigin::Model && judging::speaks(&outcome) {
                tried.push(Tried::new(suite, outcome, &self.candidate.name));
            }
        }
        if tried.iter().any(|tried| !tried.ids(false).is_empty()) {
            return self.begin_trial(tried);
        }
        let Some((suite, variant)) = best else {
            return self.no_tests(RejectReason::NoTests, "no suite was run".to_owned());
        };
        let repaired = suite.repaired.clone();
        // Such a suite says nothing but what this very code did, twice over. If it does
        // otherwise now, then by luck it did the same twice.
        let only_observed = suite.verification == Verification::Regression && repaired.is_none();
        let contradicts = matches!(variant.verdict, Verdict::Failed | Verdict::Crashed);
        if only_observed && contradicts {
            return self.no_tests(
                RejectReason::Nondeterministic,
                format!(
                    "two runs agreed on what a third one contradicts: {}",
                    cut(&variant.error, 600)
                ),
            );
        }
        // Whoever comes next may write tests that do run. Where nobody does, it is up to the
        // fix agent.
        let has_run =
            variant.verdict == Verdict::Passed || variant.tests_run > 0 || repaired.is_some();
        if !has_run {
            self.tiers
                .not_run
                .get_or_insert_with(|| Box::new((suite, variant)));
            return self.next_tests();
        }
        // What was seen of one call may hang on the calls before it: a counter, a cache.
        if suite.origin == TestOrigin::Builtin && variant.verdict == Verdict::Passed {
            let request = jobs::other_order(&self.settings, &self.candidate.code, &suite.text);
            let passed = Box::new((suite, variant));
            return self.send(
                State::OtherOrder { passed },
                vec![Request::Execute(request)],
            );
        }
        self.settle_on(suite, variant)
    }

    /// Tests that pass in one order and not in another say what happened before them.
    pub(super) fn other_order_done(
        &mut self,
        (suite, variant): (Suite, Variant),
        returned: Returned,
    ) -> Vec<Action> {
        for execution in returned.executions() {
            let place = Place {
                step: Step::Tests,
                round: 0,
                sample: self.tiers.tests_sample,
            };
            self.tiers.tests_sample += 1;
            let code = self.candidate.code.clone();
            self.ledger
                .execution(place, &execution, &suite.model, &code, &suite.text);
            if execution.outcome.verdict != Verdict::Passed {
                let detail = format!(
                    "the tests pass in their own order and not the other way round: {}",
                    cut(&error_text(&execution.outcome), 600)
                );
                return self.no_tests(RejectReason::Nondeterministic, detail);
            }
        }
        self.settle_on(suite, variant)
    }

    /// The tests are there; what is made of the function from now on is held against them.
    fn settle_on(&mut self, suite: Suite, variant: Variant) -> Vec<Action> {
        let passed = variant.verdict == Verdict::Passed;
        let repaired = suite.repaired.clone();
        self.suite = Some(suite);
        self.variants.push(variant);
        if passed {
            self.kept = vec![0];
            return self.check_stubs();
        }
        match repaired {
            // The repair without which nothing could be observed is the first round's fix.
            Some(code) => {
                let request = self.judge(&code);
                let fix = Fix {
                    code,
                    sample: 0,
                    by: "builtin".to_owned(),
                };
                self.send(
                    State::RunningFixes {
                        round: 1,
                        fixes: vec![fix],
                    },
                    vec![request],
                )
            }
            None => self.begin_round(1),
        }
    }

    /// No round is left, or nobody has anything left to try.
    pub(super) fn never_passed(&mut self) -> Vec<Action> {
        let detail = self.best_so_far();
        self.reject_as_failed(RejectReason::NeverPassed, detail)
    }

    /// How far the best variant came.
    pub(super) fn best_so_far(&self) -> String {
        let best = self.best();
        let variant = &self.variants[best];
        let place = if variant.round == 0 {
            "as the corpus has it".to_owned()
        } else {
            format!("in fix round {}", variant.round)
        };
        format!(
            "{} of {} tests passed at best, {place}: {}",
            variant.tests_passed,
            variant.tests_run,
            cut(&variant.error, 600)
        )
    }
}

/// A suite that a model wrote.
fn suite_of(text: String, model: &str, sample: u32) -> Suite {
    Suite {
        text,
        origin: TestOrigin::Model,
        verification: Verification::Model,
        model: model.to_owned(),
        sample,
        evidence: None,
        repaired: None,
    }
}

/// A suite without the tests in which nothing can fail; an error if that is all of them.
fn worth_running(text: &str, function: &str) -> Result<String, String> {
    let methods = test_methods(text, function);
    let idle: BTreeSet<String> = methods
        .iter()
        .filter(|method| !method.can_fail)
        .map(|method| method.id.clone())
        .collect();
    if idle.is_empty() {
        return Ok(text.to_owned());
    }
    if idle.len() == methods.len() {
        return Err("the tests assert nothing that can fail".to_owned());
    }
    Ok(without(text, &idle).unwrap_or_else(|| text.to_owned()))
}
