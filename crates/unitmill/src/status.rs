//! What a run has come to so far, and the line that says so. Knows events and the time that
//! it is given; draws nothing and looks at no clock.

use std::collections::VecDeque;
use std::time::Duration;

use indicatif::HumanCount;
use unitmill_model::{Spending, Stage};
use unitmill_runner::{Event, Milled};

/// How far back the rate looks: what came out of a journal in the first seconds says
/// nothing about the hours that follow.
const WINDOW: Duration = Duration::from_secs(120);

/// What is being worked on, and what came of it.
#[derive(Default)]
pub(crate) struct Status {
    stage: Option<Stage>,
    /// Items of the stage, where they are known.
    pub(crate) items: Option<u64>,
    /// Those that are done.
    pub(crate) done: u64,
    /// Whether the items are the stage's tasks.
    counts_tasks: bool,
    started: Duration,
    /// Earlier moments, and what was done by then.
    moments: VecDeque<(Duration, u64)>,
    files: u64,
    candidates: u64,
    milled: Milled,
    /// Executions, answers and tokens, those of candidates included that are not at their
    /// end yet.
    executions: u64,
    answers: u64,
    tokens: u64,
    replayed: u64,
    spent: Spending,
    currency: Option<String>,
}

impl Status {
    /// Begins a stage, or `exec`.
    pub(crate) fn start(
        &mut self,
        stage: Option<Stage>,
        items: Option<u64>,
        done: u64,
        at: Duration,
    ) {
        self.stage = stage;
        self.items = items;
        self.done = done;
        self.counts_tasks = false;
        self.started = at;
        self.moments = VecDeque::from([(at, done)]);
    }

    /// Counts an event.
    pub(crate) fn take(&mut self, event: &Event, at: Duration) {
        match event {
            Event::StageStarted {
                stage,
                tasks,
                already_done,
                items,
                milled,
                spent,
                currency,
            } => {
                let (tasks, before) = (*tasks as u64, *already_done as u64);
                let done = if items.is_none() { before } else { 0 };
                self.start(Some(*stage), items.or(Some(tasks)), done, at);
                self.counts_tasks = items.is_none();
                if *stage == Stage::Mill {
                    self.milled = *milled;
                    self.executions = milled.executions;
                    self.answers = milled.answers.calls;
                    self.tokens = milled.answers.tokens();
                    self.spent = *spent;
                    self.currency.clone_from(currency);
                }
            }
            Event::TaskDone { .. } if self.counts_tasks => self.advance(1, at),
            Event::FilesRead { files, candidates } => {
                self.files += files;
                self.candidates += candidates;
                self.advance(*files, at);
            }
            Event::CandidateDone(milled) => {
                self.milled += *milled;
                self.advance(1, at);
            }
            Event::Executed { replayed } => {
                self.executions += 1;
                self.replayed += u64::from(*replayed);
            }
            Event::Answered {
                prompt_tokens,
                completion_tokens,
                replayed,
                spent,
            } => {
                self.answers += 1;
                self.replayed += u64::from(*replayed);
                self.tokens += u64::from(*prompt_tokens) + u64::from(*completion_tokens);
                self.spent = *spent;
            }
            _ => {}
        }
    }

    /// So many more items are done.
    pub(crate) fn advance(&mut self, by: u64, at: Duration) {
        self.done += by;
        let newest = self
            .moments
            .back()
            .map_or(Duration::ZERO, |(then, _)| *then);
        // A moment a second is enough.
        if at.saturating_sub(newest) >= Duration::from_secs(1) {
            self.moments.push_back((at, self.done));
        }
        while self
            .moments
            .get(1)
            .is_some_and(|(then, _)| at.saturating_sub(*then) >= WINDOW)
        {
            self.moments.pop_front();
        }
    }

    /// How long the stage has taken.
    pub(crate) fn elapsed(&self, at: Duration) -> Duration {
        at.saturating_sub(self.started)
    }

    /// Items a second, lately.
    fn rate(&self, at: Duration) -> Option<f64> {
        let (then, done) = *self.moments.front()?;
        let seconds = at.saturating_sub(then).as_secs_f64();
        (seconds >= 1.0 && self.done > done).then(|| (self.done - done) as f64 / seconds)
    }

    /// How long the stage will go on at that rate.
    fn left(&self, at: Duration) -> Option<Duration> {
        let left = self.items?.saturating_sub(self.done);
        let seconds = left as f64 / self.rate(at)?;
        (left > 0).then(|| Duration::try_from_secs_f64(seconds).ok())?
    }

    /// What is being worked on, and the how manieth stage that is.
    pub(crate) fn name(&self) -> String {
        let Some(stage) = self.stage else {
            return self.command().to_owned();
        };
        let place = Stage::ALL.iter().position(|known| *known == stage);
        let place = place.map_or(0, |place| place + 1);
        format!("{stage} ({place} of {})", Stage::ALL.len())
    }

    /// The command that is no stage of a run: only one of them reads files.
    fn command(&self) -> &'static str {
        if self.files > 0 { "extract" } else { "exec" }
    }

    /// A line for a log.
    pub(crate) fn line(&self, at: Duration) -> String {
        let mut parts = vec![HumanCount(self.done).to_string()];
        if let Some(items) = self.items {
            parts[0].push_str(&format!(" of {}", HumanCount(items)));
            parts.push(percent(self.done, items));
        }
        parts.extend(self.pace(at));
        let mut line = format!("{}: {}", self.name(), parts.join(", "));
        let message = self.message();
        if !message.is_empty() {
            line.push_str("; ");
            line.push_str(&message);
        }
        line
    }

    /// The line at the end of a stage.
    pub(crate) fn last_line(&self, at: Duration) -> String {
        let name = self.stage.map_or(self.command(), Stage::as_str);
        let message = self.message();
        format!(
            "{name}: done in {}{}{message}",
            duration(self.elapsed(at)),
            if message.is_empty() { "" } else { "; " }
        )
    }

    /// Rate and time left.
    pub(crate) fn pace(&self, at: Duration) -> Vec<String> {
        let mut parts = Vec::new();
        if let Some(rate) = self.rate(at) {
            parts.push(match rate {
                ..1.0 => format!("{:.1}/min", rate * 60.0),
                ..10.0 => format!("{rate:.1}/s"),
                _ => format!("{rate:.0}/s"),
            });
        }
        if let Some(left) = self.left(at) {
            parts.push(format!("about {} left", duration(left)));
        }
        parts
    }

    /// What came of it so far, as far as the stage is concerned.
    pub(crate) fn message(&self) -> String {
        match self.stage {
            Some(Stage::Extract) => format!("{} candidates", HumanCount(self.candidates)),
            Some(Stage::Mill) => self.milled(),
            _ => String::new(),
        }
    }

    fn milled(&self) -> String {
        let milled = &self.milled;
        let mut parts = vec![
            format!(
                "{} of {} candidates with pairs ({})",
                HumanCount(milled.with_pairs),
                HumanCount(milled.candidates),
                percent(milled.with_pairs, milled.candidates),
            ),
            format!("{} at first sight", HumanCount(milled.at_first_sight)),
            format!("{} fixed", HumanCount(milled.fixed)),
            format!("{} pairs", HumanCount(milled.pairs)),
            format!("{} executions", HumanCount(self.executions)),
        ];
        if self.answers > 0 {
            parts.push(format!("{} answers", HumanCount(self.answers)));
            parts.push(format!("{} tokens", HumanCount(self.tokens)));
        }
        if self.spent.cost.parts() > 0 {
            let currency = self.currency.as_deref().unwrap_or("");
            let gap = if currency.is_empty() { "" } else { " " };
            parts.push(format!("{}{gap}{currency} spent", self.spent.cost));
        }
        if self.replayed > 0 {
            parts.push(format!("{} from a journal", HumanCount(self.replayed)));
        }
        parts.join(", ")
    }
}

fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => "0 %".to_owned(),
        _ => format!("{:.1} %", part as f64 / whole as f64 * 100.0),
    }
}

/// As a person would say it: `8.2 s`, `11 min`, `3 h 20 min`, `2 d 4 h`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

#[cfg(test)]
mod tests {
    use unitmill_model::Cost;

    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn candidate(with_pairs: u64) -> Milled {
        Milled {
            candidates: 1,
            at_first_sight: with_pairs,
            with_pairs,
            pairs: with_pairs,
            rejected: 1 - with_pairs,
            executions: 3,
            ..Milled::default()
        }
    }

    fn started() -> Status {
        let mut status = Status::default();
        let event = Event::StageStarted {
            stage: Stage::Mill,
            tasks: 12,
            already_done: 3,
            items: Some(9000),
            milled: Milled {
                candidates: 1000,
                at_first_sight: 600,
                fixed: 200,
                with_pairs: 800,
                pairs: 900,
                rejected: 200,
                executions: 4000,
                answers: Spending {
                    calls: 3000,
                    prompt_tokens: 2_000_000,
                    completion_tokens: 500_000,
                    cost: Cost::of(0.6),
                },
            },
            spent: Spending {
                calls: 3010,
                cost: Cost::of(0.61),
                ..Spending::default()
            },
            currency: Some("USD".to_owned()),
        };
        status.take(&event, at(100));
        status
    }

    #[test]
    fn a_line_says_how_far_a_stage_is_and_when_it_will_end() {
        let mut status = started();
        insta::assert_snapshot!(status.line(at(100)), @"mill (3 of 4): 0 of 9,000, 0.0 %; 800 of 1,000 candidates with pairs (80.0 %), 600 at first sight, 200 fixed, 900 pairs, 4,000 executions, 3,000 answers, 2,500,000 tokens, 0.6100 USD spent");
        for second in 101..=160 {
            for index in 0..3 {
                status.take(
                    &Event::CandidateDone(candidate(u64::from(index > 0))),
                    at(second),
                );
                status.take(
                    &Event::Executed {
                        replayed: index == 0,
                    },
                    at(second),
                );
                let answered = Event::Answered {
                    prompt_tokens: 1000,
                    completion_tokens: 100,
                    replayed: false,
                    spent: Spending {
                        cost: Cost::of(1.25),
                        ..Spending::default()
                    },
                };
                status.take(&answered, at(second));
            }
        }
        insta::assert_snapshot!(status.line(at(160)), @"mill (3 of 4): 180 of 9,000, 2.0 %, 3.0/s, about 49 min left; 920 of 1,180 candidates with pairs (78.0 %), 720 at first sight, 200 fixed, 1,020 pairs, 4,180 executions, 3,180 answers, 2,698,000 tokens, 1.25 USD spent, 60 from a journal");
        insta::assert_snapshot!(status.last_line(at(160)), @"mill: done in 1 min; 920 of 1,180 candidates with pairs (78.0 %), 720 at first sight, 200 fixed, 1,020 pairs, 4,180 executions, 3,180 answers, 2,698,000 tokens, 1.25 USD spent, 60 from a journal");
    }

    #[test]
    fn the_time_left_goes_by_what_happened_lately() {
        let mut status = started();
        // A journal's worth in the first second, one item every ten seconds after it.
        for _ in 0..8000 {
            status.advance(1, at(101));
        }
        for tens in 0..60 {
            status.advance(1, at(110 + tens * 10));
        }
        let pace = status.pace(at(700)).join(", ");
        insta::assert_snapshot!(pace, @"6.0/min, about 2 h 36 min left");
    }

    #[test]
    fn other_stages_say_less() {
        let mut status = Status::default();
        status.start(Some(Stage::Extract), Some(40), 0, at(0));
        let read = Event::FilesRead {
            files: 40,
            candidates: 77,
        };
        status.take(&read, at(2));
        insta::assert_snapshot!(status.line(at(2)), @"extract (1 of 4): 40 of 40, 100.0 %, 20/s; 77 candidates");
        // Neither is a stage of a run.
        let mut status = Status::default();
        status.start(None, None, 0, at(10));
        status.take(&read, at(100));
        insta::assert_snapshot!(status.line(at(100)), @"extract: 40, 26.7/min");
        let mut status = Status::default();
        status.start(None, None, 0, at(10));
        status.advance(5, at(100));
        insta::assert_snapshot!(status.line(at(100)), @"exec: 5, 3.3/min");
    }

    #[test]
    fn durations_are_said_as_people_say_them() {
        let shown: Vec<String> = [8, 61, 12_000, 187_200]
            .map(|seconds| duration(at(seconds)))
            .to_vec();
        assert_eq!(shown, ["8.0 s", "1 min", "3 h 20 min", "2 d 4 h"]);
    }
}
