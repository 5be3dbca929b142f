//! When a failed call is sent again: pure arithmetic, without a clock or a random number.

use std::time::{Duration, SystemTime};

use unitmill_model::Digest;

use crate::ClientSettings;

/// How often and after which waits.
#[derive(Clone, Debug)]
pub(crate) struct RetryPolicy {
    max_retries: u32,
    first_backoff: Duration,
    longest_backoff: Duration,
    longest_retry_after: Duration,
}

impl RetryPolicy {
    pub(crate) fn new(settings: &ClientSettings) -> Self {
        Self {
            max_retries: settings.max_retries,
            first_backoff: settings.first_backoff,
            longest_backoff: settings.longest_backoff,
            longest_retry_after: settings.longest_retry_after,
        }
    }

    /// How often a request may be sent again.
    pub(crate) fn max_retries(&self) -> u32 {
        self.max_retries
    }

    /// How long to wait before a call that failed and was already resent so often is
    /// sent again; `None` to give up.
    ///
    /// The request key spreads the waits: calls that failed together, on one machine or
    /// on many, come back at different times.
    pub(crate) fn wait(
        &self,
        resent: u32,
        retry_after: Option<Duration>,
        key: &Digest,
    ) -> Option<Duration> {
        if resent >= self.max_retries {
            return None;
        }
        let spread = spread(key, resent);
        match retry_after {
            // Never earlier than asked; a little later, so that not all come at once.
            Some(asked) if asked <= self.longest_retry_after => {
                Some(asked + asked.mul_f64(0.1 * spread))
            }
            Some(_) => None,
            None => {
                let doubled = 2_u32.checked_pow(resent).unwrap_or(u32::MAX);
                let full = self
                    .first_backoff
                    .saturating_mul(doubled)
                    .min(self.longest_backoff);
                Some(full.mul_f64(0.5 + 0.5 * spread))
            }
        }
    }
}

/// A number from 0 to 1, not 1 itself, that differs between requests and between retries.
fn spread(key: &Digest, resent: u32) -> f64 {
    let mut first = [0; 8];
    first.copy_from_slice(&key.as_bytes()[..8]);
    // The finaliser of SplitMix64.
    let mut mixed = u64::from_le_bytes(first)
        .wrapping_add(u64::from(resent).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}

/// How long a server asks to be left alone: `Retry-After` in seconds, whole as the standard
/// has it or with a fraction as some gateways do, or as a date, which counts from the
/// server's own `Date` where it sends one and from `now` where it does not. A date that has
/// passed asks for no wait.
pub(crate) fn parse_retry_after(
    text: &str,
    server_date: Option<&str>,
    now: SystemTime,
) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let from = server_date
        .and_then(|date| httpdate::parse_http_date(date.trim()).ok())
        .unwrap_or(now);
    Some(until.duration_since(from).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy() -> RetryPolicy {
        RetryPolicy {
            max_retries: 40,
            first_backoff: Duration::from_secs(1),
            longest_backoff: Duration::from_secs(60),
            longest_retry_after: Duration::from_secs(300),
        }
    }

    #[test]
    fn seconds_and_dates_are_read() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let wait = |text, date| parse_retry_after(text, date, now).map(|wait| wait.as_secs_f64());
        assert_eq!(wait("7", None), Some(7.0));
        assert_eq!(wait(" 0.25 ", None), Some(0.25));
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(wait(date, None), Some(7.0), "{date}");
            assert_eq!(wait(date, Some("Sun, 06 Nov 1994 08:49:35 GMT")), Some(2.0));
            assert_eq!(wait(date, Some("Sun, 06 Nov 1994 08:50:00 GMT")), Some(0.0));
            assert_eq!(wait(date, Some("yesterday")), Some(7.0));
        }
        for text in ["", "-1", "NaN", "inf", "1e300", "soon", "Sun, 36 Nov 1994"] {
            assert_eq!(wait(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_wait_that_is_too_long_is_not_waited_for() {
        let key = Digest::of("request");
        let day = Some(Duration::from_secs(86_400));
        assert_eq!(policy().wait(0, day, &key), None);
    }

    #[test]
    fn requests_do_not_come_back_together() {
        let mut waits: Vec<Duration> = (0..100_u32)
            .filter_map(|index| policy().wait(0, None, &Digest::of(index.to_le_bytes())))
            .collect();
        waits.sort();
        waits.dedup();
        assert_eq!(waits.len(), 100);
    }

    proptest! {
        #[test]
        fn waits_double_up_to_the_longest(resent in 0u32..40, seed: u64) {
            let key = Digest::of(seed.to_le_bytes());
            let full = 2_f64.powi(i32::try_from(resent).expect("small")).min(60.0);
            let wait = policy().wait(resent, None, &key).expect("a retry is left").as_secs_f64();
            prop_assert!(wait >= full / 2.0 - 1e-6 && wait <= full + 1e-6, "{} {}", wait, full);
        }

        #[test]
        fn a_server_is_never_asked_earlier_than_it_wants(asked_ms in 0u64..300_000, seed: u64) {
            let asked = Duration::from_millis(asked_ms);
            let key = Digest::of(seed.to_le_bytes());
            let wait = policy().wait(3, Some(asked), &key).expect("a retry is left");
            prop_assert!(wait >= asked && wait <= asked.mul_f64(1.1) + Duration::from_micros(1));
        }

        #[test]
        fn retries_end(resent in 40u32.., asked in proptest::option::of(0u64..10)) {
            let asked = asked.map(Duration::from_secs);
            prop_assert_eq!(policy().wait(resent, asked, &Digest::of("x")), None);
        }
    }
}
