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
        match &self.settings.refine {
            Provider::Model { .. } => {
                let samples = samples(&self.settings.refine);
                let requests = self
                    .kept
                    .iter()
                    .map(|&index| {
                        let mut prompt = self.prompt(&self.variants[index].code);
                        prompt.tests = self.suite().text.trim_end().to_owned();
                        Request::Ask(Agent::Refine, prompt, samples)
                    })
                    .collect();
                self.send(State::AskingRefinements, requests)
            }
            Provider::Builtin => match self.suite().evidence.clone() {
                Some(evidence) => self.refine_by_rule(&evidence, 0),
                None => self.observe_for_refinement(),
            },
        }
    }

    pub(super) fn refinements_answered(&mut self, returned: Returned) -> Vec<Action> {
        let per_variant = samples(&self.settings.refine);
        let mut refinements: Vec<Refinement> = Vec::new();
        let kept = self.kept.clone();
        for ((variant, replies), position) in kept.into_iter().zip(returned.replies()).zip(0..) {
            let before = self.variants[variant].code.clone();
            for (reply, sample) in replies.into_iter().zip(0..) {
                let sample = position * per_variant + sample;
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
            return self.finish_with_pairs();
        };
        self.look_for_refinement(Observing {
            generator,
            code,
            repairs: 0,
            jobs: 0,
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
            Findings::Suite(suite) => self.refine_by_rule(&suite.evidence, observing.jobs),
            Findings::Repair { .. } | Findings::Nondeterministic(_) | Findings::Nothing(_) => {
                self.finish_with_pairs()
            }
        }
    }

    /// `first_sample` lies behind the looks that were taken in the same step.
    fn refine_by_rule(&mut self, evidence: &Evidence, first_sample: u32) -> Vec<Action> {
        let refinements = self
            .kept
            .iter()
            .zip(0..)
            .filter_map(|(&variant, position)| {
                let code = &self.variants[variant].code;
                let refined = refine::refine(code, &self.candidate.name, evidence)?;
                (refined != *code).then_some(Refinement {
                    variant,
                    sample: first_sample + position,
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
            return self.finish_with_pairs();
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
        self.finish_with_pairs()
    }
}
