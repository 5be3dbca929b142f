//! How many calls one endpoint is given at once: pure arithmetic over what came back.
//!
//! The bound of the recipe is allowed, so a client starts there. Where the server pushes
//! back (429, 503, 529, no answer in time), the limit is halved, once for all calls that
//! were under way together, and then grows again by a fixed step for each round of
//! answers: additive increase, multiplicative decrease. Where answers take twice as long
//! as they did at best, a fifth is taken away on trial, and stays away if the endpoint answers
//! as many calls per second without it: calls that only wait in the server's queue cost
//! memory there and time-outs here. A server that batches answers fewer calls per second
//! with fewer in flight, and gets them back.
//!
//! Reads no clock; whoever calls says what time it is.

use std::time::{Duration, Instant};

/// What a push-back leaves of the limit.
const AFTER_PUSH_BACK: f64 = 0.5;
/// What a trial leaves of it.
const ON_TRIAL: f64 = 0.8;
/// A round of answers grows the limit by this part of what the last decrease left.
const STEP: f64 = 1.0 / 16.0;
/// Answers that take so many times the best mean are taken to have waited.
const SLOW: f64 = 2.0;
/// A trial has failed if this part of the rate before it is not reached.
const KEPT_RATE: f64 = 0.95;
/// Fewest answers that say anything about a rate.
const SMALLEST_WINDOW: f64 = 64.0;
/// Windows until the next trial after a failed one, at first and at most.
const FIRST_HOLD: u32 = 4;
const LONGEST_HOLD: u32 = 64;

/// The limit of one endpoint and what it was learnt from.
#[derive(Clone, Debug)]
pub(crate) struct Pace {
    bound: f64,
    limit: f64,
    step: f64,
    next_call: u64,
    /// Calls before this one went out under an older limit.
    epoch: u64,
    window: Window,
    best_latency: Option<f64>,
    /// Connections are made during the first window; it says nothing.
    is_warm: bool,
    trial: Option<Trial>,
    hold: u32,
    next_hold: u32,
    /// More calls did not merely wait longer when that was last looked at.
    grows: bool,
}

/// Answers of calls that went out under the present limit.
#[derive(Clone, Debug, Default)]
struct Window {
    since: Option<Instant>,
    answers: f64,
    latency: f64,
    /// Answers that came while the limit was used up.
    saturated: f64,
}

#[derive(Clone, Copy, Debug)]
struct Trial {
    limit_before: f64,
    /// The best rate since the first of the trials that followed one another: many small
    /// losses are a large one.
    rate_before: f64,
}

impl Pace {
    pub(crate) fn new(bound: usize) -> Self {
        let bound = bound as f64;
        Self {
            bound,
            limit: bound,
            step: (bound * STEP).max(1.0),
            next_call: 0,
            epoch: 0,
            window: Window::default(),
            best_latency: None,
            is_warm: false,
            trial: None,
            hold: 0,
            next_hold: FIRST_HOLD,
            grows: true,
        }
    }

    /// Most calls in flight, at least one.
    pub(crate) fn limit(&self) -> usize {
        (self.limit as usize).max(1)
    }

    /// A call goes out; its number comes back with its end.
    pub(crate) fn begin(&mut self) -> u64 {
        self.next_call += 1;
        self.next_call - 1
    }

    /// A call was answered while so many were in flight, itself included.
    pub(crate) fn answered(
        &mut self,
        call: u64,
        latency: Duration,
        in_flight: usize,
        now: Instant,
    ) {
        if call < self.epoch {
            return;
        }
        let saturated = in_flight + 1 >= self.limit();
        if saturated && self.grows && self.trial.is_none() {
            self.limit = (self.limit + self.step / self.limit).min(self.bound);
        }
        let window = &mut self.window;
        let since = *window.since.get_or_insert(now);
        window.answers += 1.0;
        window.latency += latency.as_secs_f64();
        window.saturated += f64::from(u8::from(saturated));
        if window.answers >= (2.0 * self.limit).max(SMALLEST_WINDOW) {
            let seconds = now.saturating_duration_since(since).as_secs_f64();
            self.close_window(seconds);
        }
    }

    fn close_window(&mut self, seconds: f64) {
        let window = std::mem::take(&mut self.window);
        self.hold = self.hold.saturating_sub(1);
        if !std::mem::replace(&mut self.is_warm, true) {
            return;
        }
        if window.saturated < 0.5 * window.answers || seconds <= 0.0 {
            // The client had less to ask than it may; that says nothing of the server.
            self.end_trial(false);
            return;
        }
        let rate = window.answers / seconds;
        let latency = window.latency / window.answers;
        let best_latency = self.best_latency.get_or_insert(latency);
        *best_latency = best_latency.min(latency);
        let slow = latency > SLOW * *best_latency;
        let mut rate_before = rate;
        if let Some(trial) = self.trial {
            let kept = rate >= KEPT_RATE * trial.rate_before;
            self.end_trial(kept);
            rate_before = rate.max(trial.rate_before);
        }
        if slow && self.hold == 0 && self.limit >= 2.0 {
            self.trial = Some(Trial {
                limit_before: self.limit,
                rate_before,
            });
            self.cut(ON_TRIAL);
        } else if !slow {
            self.grows = true;
        }
    }

    fn end_trial(&mut self, kept: bool) {
        let Some(trial) = self.trial.take() else {
            return;
        };
        self.grows = !kept;
        if kept {
            self.next_hold = FIRST_HOLD;
        } else {
            self.limit = trial.limit_before;
            self.hold = self.next_hold;
            self.next_hold = (self.next_hold * 2).min(LONGEST_HOLD);
        }
    }

    /// The server wants fewer calls.
    pub(crate) fn pushed_back(&mut self, call: u64) {
        if call >= self.epoch {
            self.trial = None;
            self.cut(AFTER_PUSH_BACK);
            self.step = (self.limit * STEP).max(1.0);
        }
    }

    fn cut(&mut self, factor: f64) {
        self.limit = (self.limit * factor).max(1.0);
        self.epoch = self.next_call;
        self.window = Window::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A server that is told how many calls it holds and says how long each takes; rounds
    /// of as many calls as the limit allows.
    fn rounds(pace: &mut Pace, count: usize, latency: impl Fn(usize) -> f64) {
        let mut now = Instant::now();
        for _ in 0..count {
            let in_flight = pace.limit();
            let calls: Vec<u64> = (0..in_flight).map(|_| pace.begin()).collect();
            let took = Duration::from_secs_f64(latency(in_flight));
            for call in calls {
                now += took / u32::try_from(in_flight).expect("small");
                pace.answered(call, took, in_flight, now);
            }
        }
    }

    #[test]
    fn it_starts_at_the_bound_and_stays_there_while_nothing_pushes_back() {
        let mut pace = Pace::new(1000);
        rounds(&mut pace, 100, |_| 0.2);
        assert_eq!(pace.limit(), 1000);
    }

    #[test]
    fn a_push_back_halves_the_limit_once_for_all_calls_under_way() {
        let mut pace = Pace::new(64);
        let calls: Vec<u64> = (0..64).map(|_| pace.begin()).collect();
        for call in calls {
            pace.pushed_back(call);
        }
        assert_eq!(pace.limit(), 32);
        let later = pace.begin();
        pace.pushed_back(later);
        assert_eq!(pace.limit(), 16);
    }

    #[test]
    fn it_grows_by_a_fixed_step_a_round_and_never_beyond_the_bound() {
        let mut pace = Pace::new(64);
        let call = pace.begin();
        pace.pushed_back(call);
        rounds(&mut pace, 1, |_| 0.2);
        assert_eq!(pace.limit(), 33);
        rounds(&mut pace, 4, |_| 0.2);
        // A little less than four steps: they are taken answer by answer.
        assert!((37..=41).contains(&pace.limit()), "{}", pace.limit());
        rounds(&mut pace, 100, |_| 0.2);
        assert_eq!(pace.limit(), 64);
    }

    /// From some time on, ten calls are worked on at once; all others wait.
    #[test]
    fn calls_that_only_wait_in_the_servers_queue_are_taken_away() {
        let mut pace = Pace::new(200);
        rounds(&mut pace, 20, |_| 0.1);
        rounds(&mut pace, 400, |in_flight| {
            0.1 * (in_flight as f64 / 10.0).max(1.0)
        });
        assert!(pace.limit() <= 40, "{}", pace.limit());
        assert!(pace.limit() >= 10, "{}", pace.limit());
    }

    /// Twice the calls take 1.4 times as long: more calls, more answers a second.
    #[test]
    fn a_server_that_batches_keeps_its_calls() {
        let mut pace = Pace::new(200);
        rounds(&mut pace, 20, |_| 0.1);
        rounds(&mut pace, 400, |in_flight| 0.1 * (in_flight as f64).sqrt());
        assert!(pace.limit() >= 160, "{}", pace.limit());
    }

    proptest! {
        #[test]
        fn the_limit_stays_between_one_and_the_bound(
            bound in 1usize..500,
            events in proptest::collection::vec((0u8..4, 1u64..500), 0..400),
        ) {
            let mut pace = Pace::new(bound);
            let mut now = Instant::now();
            for (kind, millis) in events {
                let call = pace.begin();
                now += Duration::from_millis(millis);
                match kind {
                    0 => pace.pushed_back(call),
                    _ => pace.answered(call, Duration::from_millis(millis), pace.limit(), now),
                }
                prop_assert!((1..=bound).contains(&pace.limit()));
            }
        }
    }
}
