//! Refining what passes. A refinement that fails costs nothing but itself: the code that
//! passed before is kept.

use unitmill_model::{Agent, Step, Verdict};
use unitmill_python::split_function;

use super::ledger::Place;
use super::{Action, Case, Observing, Refinement, Request, Returned, State, samples};
use crate::generate::{Evidence, Findings, Generator};
use crate::reply::{self, Keep};
use crate::{Provider, refine};

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
                    Keep::Definitions,
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
        self.run_refinements(refinements)
    }

    /// The tests are a model's, so nothing was observed yet.
    fn observe_for_refinement(&mut self) -> Vec<Action> {
        let code = self.variants[self.kept[0]].code.clone();
        let Some(generator) =
            Generator::new(&code, &self.candidate.name, &self.settings.environment)
        else {
            return self.next_refiner();
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
            Findings::Suite(suite) => {
                self.tiers.refine_sample = observing.jobs;
                self.refine_by_rule(&suite.evidence)
            }
            Findings::Repair { .. } | Findings::Nondeterministic(_) | Findings::Nothing(_) => {
                self.tiers.refine_sample = observing.jobs;
                self.next_refiner()
            }
        }
    }

    fn refine_by_rule(&mut self, evidence: &Evidence) -> Vec<Action> {
        let variants = self.unrefined();
        // Behind the looks that were taken in the same step.
        let first_sample = self.tiers.refine_sample;
        self.tiers.refine_sample += u32::try_from(variants.len()).unwrap_or(u32::MAX);
        let refinements = variants
            .into_iter()
            .zip(first_sample..)
            .filter_map(|(variant, sample)| {
                let code = &self.variants[variant].code;
                let refined = refine::refine(code, &self.candidate.name, evidence)?;
                (refined != *code).then_some(Refinement {
                    variant,
                    sample,
                    code: refined,
                    by: "builtin".to_owned(),
                })
            })
            .collect();
        self.run_refinements(refinements)
    }

    fn run_refinements(&mut self, refinements: Vec<Refinement>) -> Vec<Action> {
        let refinements: Vec<Refinement> = refinements
            .into_iter()
            .filter(|refinement| split_function(&refinement.code, &self.candidate.name).is_some())
            .collect();
        if refinements.is_empty() {
            return self.next_refiner();
        }
        let requests = refinements
            .iter()
            .map(|refinement| self.judge(&refinement.code))
            .collect();
        self.send(State::RunningRefinements { refinements }, requests)
    }

    pub(super) fn refinements_run(
        &mut self,
        refinements: Vec<Refinement>,
        returned: Returned,
    ) -> Vec<Action> {
        for (refinement, execution) in refinements.into_iter().zip(returned.executions()) {
            let place = Place {
                step: Step::Refine,
                round: 0,
                sample: refinement.sample,
            };
            let tests = self.suite().text.clone();
            self.ledger
                .execution(place, &execution, &refinement.by, &refinement.code, &tests);
            let variant = &mut self.variants[refinement.variant];
            if execution.outcome.verdict == Verdict::Passed && variant.refined.is_none() {
                variant.tests_run = execution.outcome.tests_run;
                variant.refined = Some((refinement.code, refinement.by));
            }
        }
        self.next_refiner()
    }
}
