//! Which endpoint a call goes to and when: the bound on calls in flight, each endpoint's
//! own limit, and the endpoints that are left alone.
//!
//! Calls wait in the order in which they came. An endpoint that failed several times in a
//! row, or that nobody answers at, is left alone for a while and then tried with a single
//! call. Where no other is left it is tried all the same: then the waits between retries
//! are what protects it. Nothing here sends anything.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::pace::Pace;

/// Failures in a row after which an endpoint is left alone.
const FAILURES_IN_A_ROW: u32 = 3;
/// How long at first; doubled with each time in a row.
const FIRST_REST: Duration = Duration::from_secs(1);
/// Doubled no further than this.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How long an endpoint is left alone whose answer would stay the same: a wrong key, a
/// model that it does not have.
const MISCONFIGURED_REST: Duration = Duration::from_secs(300);

/// What a failed call says about its endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Trouble {
    /// Too many calls: 429, 503, 529.
    Busy,
    /// No answer in time: too many calls, or something is broken.
    Slow,
    /// Something is broken.
    Broken,
    /// Nobody is there.
    Away,
    /// It will not answer this client.
    Misconfigured,
}

/// All endpoints of a client.
#[derive(Debug)]
pub(crate) struct Pool {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    bound: usize,
    in_flight: usize,
    endpoints: Vec<EndpointState>,
    waiting: VecDeque<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    avoid: Option<usize>,
    place: oneshot::Sender<Slot>,
}

#[derive(Debug)]
struct EndpointState {
    pace: Pace,
    in_flight: usize,
    /// The server asked to be left alone until then.
    paused_until: Option<Instant>,
    /// It failed; it is left alone until then.
    resting_until: Option<Instant>,
    failures_in_a_row: u32,
    rests_in_a_row: u32,
}

/// A place among the calls in flight, at one endpoint; dropping it frees it.
#[derive(Debug)]
pub(crate) struct Slot {
    pool: Arc<Pool>,
    endpoint: usize,
    call: u64,
}

enum Choice {
    Take(usize),
    /// Nothing before somebody ends, or before that time.
    Wait(Option<Instant>),
}

impl Pool {
    pub(crate) fn new(endpoints: usize, bound: usize) -> Arc<Self> {
        let endpoint = || EndpointState {
            pace: Pace::new(bound),
            in_flight: 0,
            paused_until: None,
            resting_until: None,
            failures_in_a_row: 0,
            rests_in_a_row: 0,
        };
        Arc::new(Self {
            state: Mutex::new(State {
                bound,
                in_flight: 0,
                endpoints: (0..endpoints).map(|_| endpoint()).collect(),
                waiting: VecDeque::new(),
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Counts that are changed without a call between are sound whoever panicked.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a place, if possible elsewhere than at the endpoint to avoid.
    pub(crate) async fn acquire(self: &Arc<Self>, avoid: Option<usize>) -> Slot {
        let (place, mut granted) = oneshot::channel();
        {
            let mut state = self.state();
            // Nobody overtakes those who wait.
            if state.waiting.is_empty()
                && let Choice::Take(endpoint) = state.choose(avoid, Instant::now())
            {
                let call = state.enter(endpoint);
                drop(state);
                return self.slot(endpoint, call);
            }
            state.waiting.push_back(Waiting { avoid, place });
        }
        loop {
            let wake = self.grant();
            let sleep = async {
                match wake {
                    Some(wake) => tokio::time::sleep_until(wake.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                slot = &mut granted => {
                    return slot.expect("whoever waits is granted a place before being forgotten");
                }
                () = sleep => {}
            }
        }
    }

    fn slot(self: &Arc<Self>, endpoint: usize, call: u64) -> Slot {
        Slot {
            pool: Arc::clone(self),
            endpoint,
            call,
        }
    }

    /// Gives free places to those who wait, first come, first served; says when to look
    /// again where only time can free one.
    fn grant(self: &Arc<Self>) -> Option<Instant> {
        loop {
            let mut state = self.state();
            let now = Instant::now();
            // Those who gave up waiting.
            while state
                .waiting
                .front()
                .is_some_and(|first| first.place.is_closed())
            {
                state.waiting.pop_front();
            }
            let avoid = state.waiting.front()?.avoid;
            let endpoint = match state.choose(avoid, now) {
                Choice::Take(endpoint) => endpoint,
                Choice::Wait(wake) => return wake,
            };
            let first = state.waiting.pop_front()?;
            let call = state.enter(endpoint);
            // A place that nobody takes any more is freed by its drop, which locks again.
            drop(state);
            drop(first.place.send(self.slot(endpoint, call)));
        }
    }

    /// Whether a call would find an endpoint other than this one that is not resting.
    pub(crate) fn has_other(&self, endpoint: usize) -> bool {
        let now = Instant::now();
        let state = self.state();
        state
            .endpoints
            .iter()
            .enumerate()
            .any(|(index, other)| index != endpoint && !other.is_resting(now))
    }

    /// Leaves an endpoint alone that a check found unusable.
    pub(crate) fn distrust(&self, endpoint: usize, trouble: Trouble) {
        let mut state = self.state();
        state.endpoints[endpoint].fail(trouble, Instant::now());
    }

    /// The limits of all endpoints at present.
    pub(crate) fn limits(&self) -> Vec<usize> {
        let state = self.state();
        state
            .endpoints
            .iter()
            .map(|endpoint| endpoint.pace.limit())
            .collect()
    }
}

impl State {
    fn choose(&self, avoid: Option<usize>, now: Instant) -> Choice {
        if self.in_flight >= self.bound {
            return Choice::Wait(None);
        }
        let load = |index: usize| {
            let endpoint = &self.endpoints[index];
            (
                Some(index) == avoid,
                // In thousandths, so that it can be ordered.
                endpoint.in_flight * 1000 / endpoint.pace.limit(),
                index,
            )
        };
        let everywhere = 0..self.endpoints.len();
        let awake = |index: &usize| !self.endpoints[*index].is_resting(now);
        let is_free = |index: &usize| self.endpoints[*index].has_room(now);
        let chosen = if everywhere.clone().any(|index| awake(&index)) {
            everywhere
                .clone()
                .filter(awake)
                .filter(is_free)
                .min_by_key(|index| load(*index))
        } else {
            // Nobody is left: the one that has rested longest, however it is.
            everywhere
                .clone()
                .filter(is_free)
                .min_by_key(|&index| (self.endpoints[index].resting_until, load(index)))
        };
        match chosen {
            Some(index) => Choice::Take(index),
            None => Choice::Wait(
                self.endpoints
                    .iter()
                    .flat_map(|endpoint| [endpoint.paused_until, endpoint.resting_until])
                    .flatten()
                    .filter(|until| *until > now)
                    .min(),
            ),
        }
    }

    fn enter(&mut self, endpoint: usize) -> u64 {
        self.in_flight += 1;
        let endpoint = &mut self.endpoints[endpoint];
        endpoint.in_flight += 1;
        endpoint.pace.begin()
    }
}

impl EndpointState {
    fn is_resting(&self, now: Instant) -> bool {
        self.resting_until.is_some_and(|until| until > now)
    }

    fn has_room(&self, now: Instant) -> bool {
        if self.paused_until.is_some_and(|until| until > now) {
            return false;
        }
        // After a rest, one call finds out.
        let limit = match self.resting_until {
            Some(until) if until <= now => 1,
            _ => self.pace.limit(),
        };
        self.in_flight < limit
    }

    fn succeed(&mut self) {
        self.failures_in_a_row = 0;
        self.rests_in_a_row = 0;
        self.resting_until = None;
    }

    fn fail(&mut self, trouble: Trouble, now: Instant) {
        self.failures_in_a_row += 1;
        let rest = match trouble {
            Trouble::Busy => return,
            Trouble::Misconfigured => MISCONFIGURED_REST,
            // A probe that fails sends the endpoint back to rest at once.
            Trouble::Slow | Trouble::Broken
                if self.failures_in_a_row < FAILURES_IN_A_ROW && self.rests_in_a_row == 0 =>
            {
                return;
            }
            Trouble::Slow | Trouble::Broken | Trouble::Away => FIRST_REST
                .saturating_mul(1 << self.rests_in_a_row.min(16))
                .min(LONGEST_REST),
        };
        if !self.is_resting(now) {
            self.rests_in_a_row += 1;
        }
        self.resting_until = Some(now + rest);
    }
}

impl Slot {
    pub(crate) fn endpoint(&self) -> usize {
        self.endpoint
    }

    /// The endpoint answered, be it with a refusal of this one request.
    pub(crate) fn answered(self, latency: Duration) {
        let mut state = self.pool.state();
        let endpoint = &mut state.endpoints[self.endpoint];
        endpoint.succeed();
        let in_flight = endpoint.in_flight;
        endpoint
            .pace
            .answered(self.call, latency, in_flight, Instant::now());
    }

    /// The call failed. A wait that the server asked for keeps all calls away from it.
    pub(crate) fn failed(self, trouble: Trouble, asked_wait: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.pool.state();
        let has_others = state.endpoints.len() > 1;
        let endpoint = &mut state.endpoints[self.endpoint];
        // The only one is never left alone: its calls wait between their tries.
        if has_others {
            endpoint.fail(trouble, now);
        }
        if matches!(trouble, Trouble::Busy | Trouble::Slow) {
            endpoint.pace.pushed_back(self.call);
        }
        if let Some(wait) = asked_wait {
            let until = now + wait;
            endpoint.paused_until = endpoint.paused_until.max(Some(until));
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let somebody_waits = {
            let mut state = self.pool.state();
            state.in_flight -= 1;
            state.endpoints[self.endpoint].in_flight -= 1;
            !state.waiting.is_empty()
        };
        if somebody_waits {
            // Those who wait for a time have timers of their own.
            let _wake = self.pool.grant();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn take(pool: &Arc<Pool>, count: usize) -> Vec<Slot> {
        let mut slots = Vec::new();
        for _ in 0..count {
            slots.push(pool.acquire(None).await);
        }
        slots
    }

    fn at(slots: &[Slot], endpoint: usize) -> usize {
        slots
            .iter()
            .filter(|slot| slot.endpoint == endpoint)
            .count()
    }

    #[tokio::test]
    async fn load_is_spread_and_bounded() {
        let pool = Pool::new(2, 6);
        let slots = take(&pool, 6).await;
        assert_eq!((at(&slots, 0), at(&slots, 1)), (3, 3));
        let mut seventh = std::pin::pin!(pool.acquire(None));
        tokio::select! {
            biased;
            _ = &mut seventh => panic!("the bound is reached"),
            () = tokio::task::yield_now() => {}
        }
        drop(slots);
        seventh.await;
    }

    #[tokio::test]
    async fn an_endpoint_that_is_away_is_left_alone_while_another_answers() {
        let pool = Pool::new(2, 8);
        let first = pool.acquire(None).await;
        let gone = first.endpoint();
        first.failed(Trouble::Away, None);
        assert!(pool.has_other(gone) && !pool.has_other(1 - gone));
        let slots = take(&pool, 8).await;
        assert_eq!(at(&slots, gone), 0);
    }

    #[tokio::test]
    async fn an_endpoint_without_others_is_tried_all_the_same() {
        for endpoints in [1, 2] {
            let pool = Pool::new(endpoints, 8);
            for _ in 0..10 {
                pool.acquire(None).await.failed(Trouble::Away, None);
            }
            assert_eq!(take(&pool, 8).await.len(), 8);
        }
    }

    #[tokio::test]
    async fn a_call_that_failed_goes_elsewhere() {
        let pool = Pool::new(3, 8);
        for avoid in [0, 1, 2] {
            assert_ne!(pool.acquire(Some(avoid)).await.endpoint(), avoid);
        }
    }

    #[tokio::test]
    async fn those_who_stop_waiting_are_passed_over() {
        let pool = Pool::new(1, 1);
        let held = pool.acquire(None).await;
        {
            let mut impatient = std::pin::pin!(pool.acquire(None));
            tokio::select! {
                biased;
                _ = &mut impatient => panic!("the place is taken"),
                () = tokio::task::yield_now() => {}
            }
        }
        let mut patient = std::pin::pin!(pool.acquire(None));
        tokio::select! {
            biased;
            _ = &mut patient => panic!("the place is taken"),
            () = tokio::task::yield_now() => {}
        }
        drop(held);
        patient.await;
    }

    #[tokio::test]
    async fn a_server_that_asks_for_a_wait_gets_it_from_all_calls() {
        let pool = Pool::new(1, 4);
        let slot = pool.acquire(None).await;
        slot.failed(Trouble::Busy, Some(Duration::from_millis(30)));
        let before = Instant::now();
        let _slot = pool.acquire(None).await;
        assert!(before.elapsed() >= Duration::from_millis(20));
    }
}
