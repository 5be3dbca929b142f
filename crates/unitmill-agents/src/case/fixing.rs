//! Fix rounds.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use unitmill_model::{Agent, Reply, Step, Verdict};

use super::ledger::Place;
use super::{Action, Case, Fix, Request, Returned, State, Variant, cut, error_text};
use crate::Provider;
use crate::fix::{Reach, repair};
use crate::prompts::EarlierAttempt;
use crate::reply::{self, Keep};

impl Case {
    /// The variant that the next round starts from: most tests passed, then lowest round,
    /// then lowest sample. The rules only ever add up, and an error that gives way to the
    /// next one shows in no count, so of what they made the latest round comes first.
    pub(super) fn best(&self) -> usize {
        (0..self.variants.len())
            .max_by_key(|&index| {
                let variant = &self.variants[index];
                let by_rules = variant.fixed_by.as_deref() == Some(Provider::Builtin.name());
                let round = if by_rules {
                    i64::from(variant.round)
                } else {
                    -i64::from(variant.round)
                };
                (variant.tests_passed, round, Reverse(variant.sample))
            })
            .expect("the corpus's own code is always there")
    }

    pub(super) fn begin_round(&mut self, round: u32) -> Vec<Action> {
        if self.settings.fix_rounds == 0 || self.settings.fix_samples == 0 {
            return self.no_fix();
        }
        if round > self.tiers.fix_rounds_before + self.settings.fix_rounds {
            return self.next_fixer(round);
        }
        let tier = self.tiers.fix;
        match &self.settings.fix[tier] {
            Provider::Model { .. } => {
                self.last_round = round;
                let best = self.best();
                let mut prompt = self.prompt(&self.variants[best].code);
                prompt.tests = self.suite().text.trim_end().to_owned();
                prompt.error = self.variants[best].error.clone();
                prompt.earlier = self.earlier(best, round);
                let samples = self.settings.fix_samples;
                self.send(
                    State::AskingFixes { round },
                    vec![Request::Ask(Agent::Fix, tier, prompt, samples)],
                )
            }
            Provider::Builtin => {
                let fixes = self.fixes_by_rule();
                self.run_fixes(round, fixes)
            }
        }
    }

    /// The provider at work is at its end; whoever comes next goes on in `round`.
    fn next_fixer(&mut self, round: u32) -> Vec<Action> {
        if self.tiers.fix + 1 == self.settings.fix.len() {
            return self.no_fix();
        }
        self.tiers.fix += 1;
        self.tiers.fix_rounds_before = round - 1;
        self.begin_round(round)
    }

    /// What the round before tried in vain; without it, a round that brought nothing would
    /// be followed by the very same question.
    fn earlier(&self, best: usize, round: u32) -> Vec<EarlierAttempt> {
        self.variants
            .iter()
            .enumerate()
            .filter(|(index, variant)| {
                *index != best && variant.round > 0 && variant.round + 1 == round
            })
            .take(3)
            .map(|(_, variant)| EarlierAttempt {
                code: variant.code.trim_end().to_owned(),
                error: cut(&variant.error, 1000),
            })
            .chain(self.unusable.iter().take(1).map(|reason| EarlierAttempt {
                code: String::new(),
                error: format!("An answer could not be used: {reason}."),
            }))
            .collect()
    }

    fn fixes_by_rule(&self) -> Vec<Fix> {
        let variant = &self.variants[self.best()];
        let mut fixes: Vec<Fix> = Vec::new();
        for reach in [Reach::Mentioned, Reach::Everything] {
            let repaired = repair(
                &variant.code,
                &variant.error,
                &self.settings.environment,
                reach,
            );
            if let Some(code) = repaired
                && !self.was_run(&code)
                && !fixes.iter().any(|fix| fix.code == code)
                && fixes.len() < self.settings.fix_samples as usize
            {
                let sample = u32::from(!fixes.is_empty());
                fixes.push(Fix {
                    code,
                    sample,
                    by: "builtin".to_owned(),
                });
            }
        }
        fixes
    }

    pub(super) fn was_run(&self, code: &str) -> bool {
        self.variants.iter().any(|variant| variant.code == code)
    }

    pub(super) fn fixes_answered(&mut self, round: u32, returned: Returned) -> Vec<Action> {
        let mut fixes: Vec<Fix> = Vec::new();
        let before = self.variants[self.best()].code.clone();
        self.unusable.clear();
        let replies: Vec<Reply> = returned.replies().into_iter().flatten().collect();
        let provider = self.settings.fix[self.tiers.fix].clone();
        self.note_missing(
            &provider,
            self.settings.fix_samples,
            replies.len(),
            &format!("fix round {round}"),
        );
        let failing = self.failing_tests();
        let told = self.answers();
        let mut standing = 0;
        let mut blamed: BTreeMap<String, usize> = BTreeMap::new();
        let answers = replies.len();
        for (reply, sample) in replies.into_iter().zip(0..) {
            let place = Place {
                step: Step::Fix,
                round,
                sample,
            };
            let parsed = reply::code(
                &reply.answer,
                &self.candidate.name,
                &before,
                Keep::Signature,
                &self.settings.environment,
            );
            let wrong = reply::wrong_tests(&reply.answer.text)
                .map(|wrong| (wrong.among(&failing), wrong.reason))
                .filter(|(tests, _)| !tests.is_empty());
            let detail = match (wrong, parsed) {
                (Some((tests, reason)), _) => {
                    let detail = format!("says that {} is wrong: {reason}", tests.join(", "));
                    for id in tests {
                        *blamed.entry(id).or_default() += 1;
                    }
                    cut(&detail, 600)
                }
                (None, Ok(code)) => {
                    standing += u32::from(self.stands(&code));
                    let fix = Fix {
                        code,
                        sample,
                        by: reply.model.clone(),
                    };
                    self.admit(fix, &told, &mut fixes)
                }
                (None, Err(reason)) => reason,
            };
            self.ledger.reply(place, &reply, &detail);
            if !detail.is_empty() {
                self.unusable.push(detail);
            }
        }
        if let Some(trial) = &mut self.trial {
            trial.fixes.answers += u32::try_from(answers).unwrap_or(u32::MAX);
            trial.fixes.standing += standing;
            let before = trial.fixes.blamed.len();
            let majority = blamed.into_iter().filter(|(_, votes)| votes * 2 > answers);
            trial.fixes.blamed.extend(majority.map(|(id, _)| id));
            // Who takes the code for right has no better fix in the next round.
            if fixes.is_empty() && trial.fixes.blamed.len() > before {
                return self.next_fixer(round + 1);
            }
        }
        if fixes.is_empty() {
            return self.begin_round(round + 1);
        }
        self.run_fixes(round, fixes)
    }

    fn run_fixes(&mut self, round: u32, fixes: Vec<Fix>) -> Vec<Action> {
        if fixes.is_empty() {
            // The rules have nothing left, and will have nothing in a further round.
            return self.next_fixer(round);
        }
        let requests = fixes.iter().map(|fix| self.judge(&fix.code)).collect();
        self.send(State::RunningFixes { round, fixes }, requests)
    }

    pub(super) fn fixes_run(
        &mut self,
        round: u32,
        fixes: Vec<Fix>,
        returned: Returned,
    ) -> Vec<Action> {
        for (fix, execution) in fixes.into_iter().zip(returned.executions()) {
            let place = Place {
                step: Step::Fix,
                round,
                sample: fix.sample,
            };
            let tests = self.suite().text.clone();
            self.ledger
                .execution(place, &execution, &fix.by, &fix.code, &tests);
            let outcome = &execution.outcome;
            self.variants.push(Variant {
                code: fix.code,
                round,
                sample: fix.sample,
                fixed_by: Some(fix.by),
                verdict: outcome.verdict,
                tests_run: outcome.tests_run,
                tests_passed: outcome.tests_passed,
                error: error_text(outcome),
                refined: None,
            });
        }
        let passed: Vec<usize> = (0..self.variants.len())
            .filter(|&index| self.variants[index].verdict == Verdict::Passed)
            .collect();
        if passed.iter().any(|&index| self.is_models(index)) {
            return self.check_fixes(round, passed);
        }
        self.keep_fixes(round, passed)
    }
}
