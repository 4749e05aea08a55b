//! Which failures may pass by themselves, and how long it is waited for that.

use std::time::{Duration, Instant, SystemTime};

use super::error::Cause;

/// How long somebody is ready to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For all of it.
    pub timeout: Duration,
    /// How often it is tried at most.
    pub attempts: u32,
}

impl Default for Patience {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(60), attempts: 5 }
    }
}

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(3);

impl Cause {
    /// Whether it may go better the next time.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Status(code, _) => matches!(code, 408 | 425 | 429 | 500 | 502 | 503 | 504),
            Self::Timeout | Self::TooLarge(_) | Self::Fatal(_) => false,
            Self::Other(_) => true,
        }
    }
}

/// The pause before the next attempt, if there is time for one.
pub(super) fn pause(attempt: u32, asked_for: Option<Duration>, deadline: Instant) -> Option<Duration> {
    let own = FIRST.saturating_mul(1 << attempt.min(8)).min(LONGEST);
    let pause = asked_for.unwrap_or(own);
    (Instant::now() + pause < deadline).then_some(pause)
}

/// What `Retry-After` asks for: seconds or a date.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = httpdate::parse_http_date(value).ok()?;
    Some(time.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_ask_for_a_pause_but_not_beyond_the_end() {
        let far = Instant::now() + Duration::from_secs(100);
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("soon"), None);
        assert_eq!(pause(0, Some(Duration::from_secs(7)), far), Some(Duration::from_secs(7)));
        assert_eq!(pause(0, Some(Duration::from_secs(700)), far), None);
        assert_eq!(pause(0, None, far), Some(FIRST));
        assert_eq!(pause(30, None, far), Some(LONGEST));
    }
}
