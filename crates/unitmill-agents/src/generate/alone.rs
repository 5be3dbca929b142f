//! Calls that are looked at one by one, because a look at all of them was ended: it ran out
//! of time, or, while calls were confirmed, one of them brought the interpreter down.
//!
//! How many calls end before a limit depends on the machine and on what else it does, so
//! nothing that was seen of such a look may become a test. A call that is ended when it is
//! alone is left out: it waits, or goes round in circles, or crashes. Where several do, the
//! function does so whatever it is given, and looking on would cost seconds a call.

use std::collections::VecDeque;

use super::Entry;

/// After so many calls that were ended alone, no further one is looked at.
const MOST_ENDLESS: u32 = 2;
/// At most so many calls of a function are looked at one by one: each may take nearly as
/// long as a whole look.
const MOST_ALONE: usize = 48;

/// What is still to be looked at alone, and how often that was ended.
#[derive(Debug)]
pub(super) struct Alone {
    waiting: VecDeque<Entry>,
    /// The look that is out is one at a single call.
    is_out: bool,
    endless: u32,
    /// How many calls may still be looked at alone.
    left: usize,
}

impl Default for Alone {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            is_out: false,
            endless: 0,
            left: MOST_ALONE,
        }
    }
}

impl Alone {
    /// Whether the look that is out is one at a single call.
    pub(super) fn is_under_way(&self) -> bool {
        self.is_out
    }

    /// Whether nothing else of this function is worth the time.
    pub(super) fn has_enough(&self) -> bool {
        self.endless >= MOST_ENDLESS || self.left == 0
    }

    /// Takes the calls of a look that was ended; gives back those that are given up.
    pub(super) fn ended(&mut self, calls: Vec<Entry>) -> Vec<Entry> {
        let mut given_up = Vec::new();
        if calls.len() > 1 {
            self.waiting.extend(calls);
        } else {
            self.endless += 1;
            given_up = calls;
        }
        if self.has_enough() {
            given_up.extend(self.waiting.drain(..));
        }
        given_up
    }

    /// The next call to be looked at alone.
    pub(super) fn next(&mut self) -> Option<Entry> {
        if self.left == 0 {
            self.waiting.clear();
        }
        let next = self.waiting.pop_front();
        self.is_out = next.is_some();
        self.left = self.left.saturating_sub(usize::from(self.is_out));
        next
    }
}
