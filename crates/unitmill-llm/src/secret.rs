//! API keys: where they come from and where they must not go.

use std::env::{self, VarError};
use std::fmt;

use crate::LlmError;
use crate::base_url::BaseUrl;

/// Shorter keys are placeholders (`x`, `-`) that local servers are given because a client
/// insists on one; blanking them out would garble messages and protect nothing.
const SHORTEST_REDACTED: usize = 4;

/// An API key. It cannot be printed, compared or serialised; only the client reads it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a key, without the white space around it that files leave; `None` where it
    /// is empty or cannot stand in an HTTP header (anything but visible ASCII).
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Blanks the key out of a text that comes from a server, as it is and as JSON
    /// escapes it.
    pub(crate) fn redact(&self, text: &str) -> String {
        if self.0.len() < SHORTEST_REDACTED {
            return text.to_owned();
        }
        let escaped = self.0.replace('\\', "\\\\").replace('"', "\\\"");
        text.replace(&escaped, "[key]").replace(&self.0, "[key]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret([redacted])")
    }
}

/// Reads the key for a server from the environment variable that the recipe names.
///
/// Without a name there is no key. Where the variable is empty or missing, a server on
/// the loopback interface is asked without one; for any other that is an error.
///
/// # Errors
/// [`LlmError::MissingKey`], [`LlmError::UnusableKey`], [`LlmError::BaseUrl`].
pub fn api_key(variable: Option<&str>, base_url: &str) -> Result<Option<Secret>, LlmError> {
    let base_url = BaseUrl::parse(base_url)?;
    let Some(variable) = variable else {
        return Ok(None);
    };
    match env::var(variable) {
        Ok(value) => key_from(variable, &value, &base_url),
        Err(VarError::NotPresent) => key_from(variable, "", &base_url),
        Err(VarError::NotUnicode(_)) => Err(LlmError::UnusableKey {
            variable: variable.to_owned(),
        }),
    }
}

fn key_from(variable: &str, value: &str, base_url: &BaseUrl) -> Result<Option<Secret>, LlmError> {
    if !value.trim().is_empty() {
        return match Secret::new(value) {
            Some(secret) => Ok(Some(secret)),
            None => Err(LlmError::UnusableKey {
                variable: variable.to_owned(),
            }),
        };
    }
    if base_url.is_loopback() {
        return Ok(None);
    }
    Err(LlmError::MissingKey {
        variable: variable.to_owned(),
        base_url: base_url.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> BaseUrl {
        BaseUrl::parse(text).expect("a base URL")
    }

    #[test]
    fn no_variable_means_no_key() {
        let key = api_key(None, "https://api.example.com/v1").expect("no key is fine");
        assert!(key.is_none());
    }

    #[test]
    fn a_missing_key_is_an_error_for_remote_servers_only() {
        for value in ["", "  \n"] {
            let local = key_from("KEY", value, &url("http://127.0.0.1:8000/v1"));
            assert!(local.expect("fine on loopback").is_none());
            let remote = key_from("KEY", value, &url("https://api.example.com/v1"));
            assert!(
                matches!(remote, Err(LlmError::MissingKey { variable, .. }) if variable == "KEY")
            );
        }
        let unset = api_key(Some("UNITMILL_TEST_UNSET"), "https://api.example.com/v1");
        assert!(matches!(unset, Err(LlmError::MissingKey { .. })));
    }

    #[test]
    fn keys_lose_the_white_space_around_them() {
        let key = key_from("KEY", "sk-123\n", &url("https://api.example.com/v1"));
        assert_eq!(key.expect("usable").expect("present").expose(), "sk-123");
    }

    #[test]
    fn keys_that_fit_no_header_are_refused_by_the_name_of_their_variable() {
        for value in ["sk 123", "sk-\u{7}123", "schl\u{fc}ssel"] {
            let error = key_from("KEY", value, &url("https://api.example.com/v1"))
                .expect_err("cannot be sent");
            assert!(error.to_string().contains("KEY"), "{error}");
            assert!(!format!("{error} {error:?}").contains(value));
        }
    }

    proptest! {
        #[test]
        fn redaction_leaves_no_key(key in "[!-~]{4,40}", before in ".{0,20}", after in ".{0,20}") {
            // `[key]` itself may hold what a very short key consists of.
            prop_assume!(!"[key]".contains(&key));
            let secret = Secret::new(&key).expect("visible ASCII");
            let plain = secret.redact(&format!("{before} {key} {after}"));
            prop_assert!(!plain.contains(&format!(" {key} ")), "{}", plain);
            let json = serde_json::json!({ "message": format!("key {key} is wrong") }).to_string();
            let redacted = secret.redact(&json);
            prop_assert!(redacted.contains("key [key] is wrong"), "{}", redacted);
            let shown = format!("{secret:?}");
            prop_assert_eq!(shown, "Secret([redacted])");
        }
    }
}
