//! Progress on standard error: bars with a live funnel on a terminal, plain lines
//! otherwise, so that a log stays readable.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use unitmill_model::Stage;
use unitmill_runner::{Event, Events};

/// Listens to a run's events and shows them.
pub(crate) struct Progress {
    state: Mutex<State>,
}

struct State {
    bars: MultiProgress,
    bar: Option<ProgressBar>,
    is_terminal: bool,
    stage: Option<Stage>,
    started: Instant,
    last_line: Instant,
    funnel: Funnel,
    items: Option<u64>,
    done: u64,
}

#[derive(Default)]
struct Funnel {
    files: u64,
    candidates: u64,
    at_first_sight: u64,
    fixed: u64,
    pairs: u64,
    rejected: u64,
    executions: u64,
    replayed: u64,
    answers: u64,
    tokens: u64,
}

/// How often a log gets a line about something that goes on.
const LINE_EVERY: Duration = Duration::from_secs(10);

impl Progress {
    /// Bars if standard error is a terminal, lines if it is not.
    pub(crate) fn new() -> Self {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        Self {
            state: Mutex::new(State {
                bars: MultiProgress::with_draw_target(if is_terminal {
                    ProgressDrawTarget::stderr()
                } else {
                    ProgressDrawTarget::hidden()
                }),
                bar: None,
                is_terminal,
                stage: None,
                started: Instant::now(),
                last_line: Instant::now(),
                funnel: Funnel::default(),
                items: None,
                done: 0,
            }),
        }
    }

    /// A stream of events that ends here.
    pub(crate) fn listen() -> Events {
        let progress = Self::new();
        Events::to(move |event| {
            progress
                .state
                .lock()
                .expect("showing progress cannot panic")
                .take(&event);
        })
    }
}

impl State {
    fn take(&mut self, event: &Event) {
        match event {
            Event::Preparing { what, done, total } => {
                self.prepare(what, *done as u64, *total as u64)
            }
            Event::Ready => self.end_bar(),
            Event::StageStarted {
                stage,
                tasks,
                already_done,
                items,
            } => {
                self.start_stage(*stage, *tasks as u64, *already_done as u64, *items);
            }
            Event::TaskDone { .. } if self.items.is_none() => self.advance(1),
            Event::StageDone { .. } => self.end_stage(),
            Event::FilesRead { files, candidates } => {
                self.funnel.files += files;
                self.funnel.candidates += candidates;
                self.advance(*files);
            }
            Event::CandidateDone {
                pairs,
                reject,
                passed_at_first_sight,
                fixed,
            } => {
                self.funnel.pairs += u64::from(*pairs);
                self.funnel.rejected += u64::from(reject.is_some());
                self.funnel.at_first_sight += u64::from(*passed_at_first_sight);
                self.funnel.fixed += u64::from(*fixed);
                self.advance(1);
            }
            Event::Executed { replayed } => {
                self.funnel.executions += 1;
                self.funnel.replayed += u64::from(*replayed);
            }
            Event::Answered {
                prompt_tokens,
                completion_tokens,
                replayed,
            } => {
                self.funnel.answers += 1;
                self.funnel.replayed += u64::from(*replayed);
                self.funnel.tokens += u64::from(*prompt_tokens) + u64::from(*completion_tokens);
            }
            Event::Judging { rows } => self.start_bar("exec", *rows, 0),
            Event::Judged => self.advance(1),
            Event::Warning(message) => self.line(&format!("warning: {message}")),
            _ => {}
        }
    }

    fn prepare(&mut self, what: &str, done: u64, total: u64) {
        if !self.is_terminal {
            if self.stage.is_none() && total == 0 {
                self.line(&format!("preparing: {what}"));
            }
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = self.bars.add(ProgressBar::no_length());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if total > 0 {
            bar.set_style(style("{prefix:>8} [{bar:24}] {pos}/{len}  {msg}"));
            bar.set_length(total);
            bar.set_position(done);
        } else {
            bar.set_style(style("{prefix:>8} {spinner} {msg}"));
        }
        bar.set_prefix("prepare");
        bar.set_message(what.to_owned());
    }

    fn start_stage(&mut self, stage: Stage, tasks: u64, already_done: u64, items: Option<u64>) {
        self.stage = Some(stage);
        if already_done > 0 {
            self.line(&format!(
                "{stage}: {already_done} of {tasks} tasks were done before"
            ));
        }
        let done = if items.is_none() { already_done } else { 0 };
        self.start_bar(stage.as_str(), items.or(Some(tasks)), done);
        self.items = items;
    }

    fn start_bar(&mut self, name: &'static str, items: Option<u64>, done: u64) {
        self.end_bar();
        self.started = Instant::now();
        self.last_line = Instant::now();
        self.items = items;
        self.done = done;
        if self.is_terminal {
            let bar = self
                .bars
                .add(items.map_or_else(ProgressBar::no_length, ProgressBar::new));
            bar.set_style(style(match items {
                Some(_) => "{prefix:>8} [{bar:24}] {human_pos}/{human_len} {per_sec} {eta}  {msg}",
                None => "{prefix:>8} {spinner} {human_pos} {per_sec}  {msg}",
            }));
            bar.set_prefix(name);
            bar.set_position(done);
            bar.enable_steady_tick(Duration::from_millis(200));
            self.bar = Some(bar);
        }
    }

    fn advance(&mut self, by: u64) {
        self.done += by;
        let message = self.message();
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
            bar.set_message(message);
        } else if !self.is_terminal && self.last_line.elapsed() >= LINE_EVERY {
            self.last_line = Instant::now();
            let total = self.items.map(|items| format!(" of {}", HumanCount(items)));
            let stage = self.stage.map_or("exec", Stage::as_str);
            let rate = self.done as f64 / self.started.elapsed().as_secs_f64().max(0.001);
            self.line(&format!(
                "{stage}: {}{} ({rate:.0}/s) {message}",
                HumanCount(self.done),
                total.as_deref().unwrap_or("")
            ));
        }
    }

    /// The funnel so far, as far as the stage is concerned.
    fn message(&self) -> String {
        let funnel = &self.funnel;
        match self.stage {
            Some(Stage::Extract) => format!("{} candidates", HumanCount(funnel.candidates)),
            Some(Stage::Mill) => {
                let mut text = format!(
                    "{} at first sight, {} fixed, {} pairs, {} rejected; {} executions",
                    HumanCount(funnel.at_first_sight),
                    HumanCount(funnel.fixed),
                    HumanCount(funnel.pairs),
                    HumanCount(funnel.rejected),
                    HumanCount(funnel.executions),
                );
                if funnel.answers > 0 {
                    text.push_str(&format!(
                        ", {} answers, {} tokens",
                        HumanCount(funnel.answers),
                        HumanCount(funnel.tokens)
                    ));
                }
                if funnel.replayed > 0 {
                    text.push_str(&format!(
                        ", {} from the journal",
                        HumanCount(funnel.replayed)
                    ));
                }
                text
            }
            _ => String::new(),
        }
    }

    fn end_stage(&mut self) {
        let Some(stage) = self.stage else { return };
        let message = self.message();
        self.end_bar();
        self.line(&format!(
            "{stage}: done in {:.1} s{}{message}",
            self.started.elapsed().as_secs_f64(),
            if message.is_empty() { "" } else { "; " }
        ));
    }

    fn end_bar(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
    }

    fn line(&self, text: &str) {
        if self.is_terminal {
            // Above the bars. A terminal that is gone is no reason to stop a run.
            drop(self.bars.println(text));
        } else {
            crate::output::message(text);
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates above are valid")
        .progress_chars("=> ")
}
