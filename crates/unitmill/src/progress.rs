//! Progress on standard error: bars with a live funnel on a terminal, plain lines
//! otherwise, so that a log stays readable. What they say is [`Status`]'s.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use unitmill_model::Stage;
use unitmill_runner::{Event, Events};

use crate::status::{Status, duration};

/// Listens to a run's events and shows them.
pub(crate) struct Progress {
    bars: MultiProgress,
    bar: Option<ProgressBar>,
    mode: Mode,
    began: Instant,
    /// When the next line is due.
    next_line: Duration,
    status: Status,
    /// Whether a stage was worked on.
    has_stages: bool,
    /// Whether one is being worked on, or pairs are.
    is_under_way: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Bars.
    Terminal,
    /// Lines.
    Log,
    /// Warnings alone.
    Quiet,
}

/// How often a log gets a line about something that goes on: ten times while it takes as
/// long again as it has taken, but no more and no less often than this. A night is some
/// hundred lines.
const LINE_EVERY: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(10)..=Duration::from_secs(60);

impl Progress {
    /// A stream of events that ends here: bars if standard error is a terminal, lines if it
    /// is not.
    pub(crate) fn listen(quiet: bool) -> Events {
        let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let mode = match (quiet, is_terminal) {
            (true, _) => Mode::Quiet,
            (false, true) => Mode::Terminal,
            (false, false) => Mode::Log,
        };
        let progress = Mutex::new(Self {
            bars: MultiProgress::with_draw_target(match mode {
                Mode::Terminal => ProgressDrawTarget::stderr(),
                Mode::Log | Mode::Quiet => ProgressDrawTarget::hidden(),
            }),
            bar: None,
            mode,
            began: Instant::now(),
            next_line: Duration::ZERO,
            status: Status::default(),
            has_stages: false,
            is_under_way: false,
        });
        let progress = Arc::new(progress);
        if mode != Mode::Quiet {
            keep_showing(&progress);
        }
        Events::to(move |event| {
            progress
                .lock()
                .expect("showing progress cannot panic")
                .take(&event);
        })
    }

    fn take(&mut self, event: &Event) {
        if let Event::Warning(message) = event {
            self.line(&format!("warning: {message}"));
        }
        if self.mode == Mode::Quiet {
            return;
        }
        let now = self.began.elapsed();
        self.status.take(event, now);
        match event {
            Event::Preparing { what, done, total } => {
                self.prepare(what, *done as u64, *total as u64);
            }
            Event::Ready => self.end_bar(),
            Event::StageStarted {
                stage,
                tasks,
                already_done,
                ..
            } => {
                if *already_done > 0 {
                    self.line(&format!(
                        "{stage}: {already_done} of {tasks} tasks were done before"
                    ));
                }
                self.has_stages = true;
                self.start_bar(now);
            }
            Event::Judging { rows } => {
                self.status.start(None, *rows, 0, now);
                self.start_bar(now);
            }
            Event::Judged => {
                self.status.advance(1, now);
                self.show(now);
            }
            Event::TaskDone { .. }
            | Event::FilesRead { .. }
            | Event::CandidateDone(_)
            | Event::Answered { .. } => self.show(now),
            Event::StageDone { stage } => self.end_stage(*stage, now),
            _ => {}
        }
    }

    fn prepare(&mut self, what: &str, done: u64, total: u64) {
        if self.mode != Mode::Terminal {
            if !self.has_stages && total == 0 {
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
            bar.set_style(style("{prefix:>14} [{bar:24}] {pos}/{len}  {msg}"));
            bar.set_length(total);
            bar.set_position(done);
        } else {
            bar.set_style(style("{prefix:>14} {spinner} {msg}"));
        }
        bar.set_prefix("prepare");
        bar.set_message(what.to_owned());
    }

    fn start_bar(&mut self, now: Duration) {
        self.end_bar();
        self.is_under_way = true;
        self.next_line = now + *LINE_EVERY.start();
        if self.mode == Mode::Terminal {
            let items = self.status.items;
            let bar = items.map_or_else(ProgressBar::no_length, ProgressBar::new);
            let bar = self.bars.add(bar);
            bar.set_style(style(match items {
                Some(_) => "{prefix:>14} [{bar:24}] {human_pos}/{human_len} {msg}",
                None => "{prefix:>14} {spinner} {human_pos} {msg}",
            }));
            bar.set_prefix(self.status.name());
            bar.set_position(self.status.done);
            bar.enable_steady_tick(Duration::from_millis(200));
            self.bar = Some(bar);
        }
    }

    /// Moves the bar, or writes a line if one is due.
    fn show(&mut self, now: Duration) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.status.done);
            let mut parts = self.status.pace(now);
            parts.push(self.status.message());
            bar.set_message(parts.join(", "));
        } else if self.mode == Mode::Log && now >= self.next_line {
            let (least, most) = (*LINE_EVERY.start(), *LINE_EVERY.end());
            self.next_line = now + (self.status.elapsed(now) / 10).clamp(least, most);
            self.line(&self.status.line(now));
        }
    }

    fn end_stage(&mut self, stage: Stage, now: Duration) {
        self.end_bar();
        self.line(&self.status.last_line(now));
        if Stage::ALL.last() == Some(&stage) {
            self.line(&format!("all stages done in {}", duration(now)));
        }
    }

    fn end_bar(&mut self) {
        self.is_under_way = false;
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
    }

    fn line(&self, text: &str) {
        if self.mode == Mode::Terminal {
            // Above the bars. A terminal that is gone is no reason to stop a run.
            drop(self.bars.println(text));
        } else {
            crate::output::message(text);
        }
    }
}

/// Says how things stand while nothing happens too: a server that is silent for an hour is
/// when people look.
fn keep_showing(progress: &Arc<Mutex<Progress>>) {
    let progress = Arc::downgrade(progress);
    std::thread::spawn(move || {
        while let Some(progress) = progress.upgrade() {
            {
                let mut progress = progress.lock().expect("showing progress cannot panic");
                if progress.is_under_way {
                    let now = progress.began.elapsed();
                    progress.show(now);
                }
            }
            drop(progress);
            std::thread::sleep(Duration::from_secs(1));
        }
    });
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the templates above are valid")
        .progress_chars("=> ")
}
