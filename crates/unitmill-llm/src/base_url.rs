//! The address of a server: `http(s)://host[:port]/path`, and nothing secret in it.

use std::fmt;
use std::net::IpAddr;

use reqwest::Url;

use crate::LlmError;

/// A checked base URL. Because it can hold no credentials, it may stand in messages.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    url: Url,
}

impl BaseUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, LlmError> {
        let refuse = |reason: &str| LlmError::BaseUrl {
            // Up to the first character that can start a secret.
            base_url: match text.contains('@') {
                true => "[withheld]".to_owned(),
                false => text.split(['?', '#']).next().unwrap_or("").to_owned(),
            },
            reason: reason.to_owned(),
        };
        let mut url =
            Url::parse(text.trim()).map_err(|error| refuse(&format!("it is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("it must start with http:// or https://"));
        }
        if url.host_str().is_none() {
            return Err(refuse("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(
                "it holds a user name or a password; put the key into an environment variable \
                 and name that as api_key_env",
            ));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it must end with its path, without `?` and `#`"));
        }
        let path = url.path().trim_end_matches('/').to_owned();
        if path.ends_with("/chat/completions") {
            return Err(refuse("leave out `/chat/completions`; the client adds it"));
        }
        url.set_path(&path);
        Ok(Self { url })
    }

    pub(crate) fn completions(&self) -> Url {
        self.join("chat/completions")
    }

    pub(crate) fn models(&self) -> Url {
        self.join("models")
    }

    /// The URL of a path below the base; a query may follow behind `?`.
    pub(crate) fn below(&self, tail: &str) -> Url {
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (tail, None),
        };
        let mut url = self.join(path);
        url.set_query(query);
        url
    }

    fn join(&self, tail: &str) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{}/{tail}", self.url.path().trim_end_matches('/')));
        url
    }

    pub(crate) fn is_plain_http(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Whether the server is on this machine by its name or address.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or("");
        let address = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.ends_with(".localhost")
            || address
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_whatever_slashes_there_are() {
        for text in [
            "http://localhost:8000/v1",
            "http://localhost:8000/v1//",
            " http://localhost:8000/v1/ ",
        ] {
            let base = BaseUrl::parse(text).expect("a base URL");
            assert_eq!(base.to_string(), "http://localhost:8000/v1");
            assert_eq!(base.models().as_str(), "http://localhost:8000/v1/models");
            assert_eq!(
                base.completions().as_str(),
                "http://localhost:8000/v1/chat/completions"
            );
        }
        let bare = BaseUrl::parse("http://[::1]:8000").expect("a base URL");
        assert_eq!(bare.models().as_str(), "http://[::1]:8000/models");
    }

    #[test]
    fn loopback_is_known_by_name_and_address() {
        let is_loopback = |text| BaseUrl::parse(text).expect("a base URL").is_loopback();
        for text in [
            "http://localhost/v1",
            "http://127.0.0.1:1/v1",
            "http://127.9.9.9",
            "https://[::1]/v1",
            "http://LOCALHOST",
            "http://model.localhost",
        ] {
            assert!(is_loopback(text), "{text}");
        }
        for text in [
            "http://10.0.0.1/v1",
            "https://api.example.com",
            "http://localhost.example.com",
            "http://128.0.0.1",
        ] {
            assert!(!is_loopback(text), "{text}");
        }
    }

    #[test]
    fn unusable_addresses_say_why_and_show_no_secrets() {
        let messages: Vec<String> = [
            "localhost:8000/v1",
            "ftp://host/v1",
            "not a url",
            "http://",
            "http://me:hunter22@host/v1",
            "http://host/v1?key=hunter22",
            "http://host/v1#hunter22",
            "https://host/v1/chat/completions",
        ]
        .iter()
        .map(|text| BaseUrl::parse(text).expect_err(text).to_string())
        .collect();
        let messages = messages.join("\n");
        assert!(!messages.contains("hunter22"), "{messages}");
        insta::assert_snapshot!(messages, @r#"
        base_url `localhost:8000/v1` cannot be used: it must start with http:// or https://
        base_url `ftp://host/v1` cannot be used: it must start with http:// or https://
        base_url `not a url` cannot be used: it is no URL: relative URL without a base
        base_url `http://` cannot be used: it is no URL: empty host
        base_url `[withheld]` cannot be used: it holds a user name or a password; put the key into an environment variable and name that as api_key_env
        base_url `http://host/v1` cannot be used: it must end with its path, without `?` and `#`
        base_url `http://host/v1` cannot be used: it must end with its path, without `?` and `#`
        base_url `https://host/v1/chat/completions` cannot be used: leave out `/chat/completions`; the client adds it
        "#);
    }
}
