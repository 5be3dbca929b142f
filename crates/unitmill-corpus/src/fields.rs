//! Which field or column of a row holds what, in the layouts that corpora are published
//! in. Never looks at a text.
//!
//! The names are those of The Stack v1 (`max_stars_repo_name`, `max_stars_repo_licenses`),
//! The Stack v2 (`repo_name`, `detected_licenses`) and StarCoderData
//! (`max_stars_repo_path`), beside the plain ones of unitmill's own rows.

use serde::{Deserialize, Serialize};

/// Names of the fields of a container's rows. A dotted name (`meta.license`) reaches into
/// nested objects, unless a field of exactly that name exists. Fields that are not named
/// are recognised: the first that a row has of a list of known names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowFields {
    /// The source text.
    pub text: String,
    /// The licence: a string, or a list of strings.
    pub license: Option<String>,
    /// The repository.
    pub repo: Option<String>,
    /// The path inside the repository.
    pub path: Option<String>,
}

impl Default for RowFields {
    fn default() -> Self {
        Self {
            text: "content".to_owned(),
            license: None,
            repo: None,
            path: None,
        }
    }
}

const LICENSE: &[&str] = &[
    "license",
    "licenses",
    "max_stars_repo_licenses",
    "detected_licenses",
];
const REPO: &[&str] = &[
    "repo",
    "repo_name",
    "max_stars_repo_name",
    "repository_name",
];
const PATH: &[&str] = &["path", "max_stars_repo_path", "file_path"];
/// Which programming language a row is of.
pub(crate) const LANGUAGE: &[&str] = &["lang", "language", "programming_language"];
/// The encoding of a text that comes as bytes.
pub(crate) const ENCODING: &[&str] = &["src_encoding"];

impl RowFields {
    /// Names under which the licence is looked for, the first that is there counts.
    pub(crate) fn license_names(&self) -> Vec<&str> {
        named_or(&self.license, LICENSE)
    }

    /// The same for the repository.
    pub(crate) fn repo_names(&self) -> Vec<&str> {
        named_or(&self.repo, REPO)
    }

    /// The same for the path.
    pub(crate) fn path_names(&self) -> Vec<&str> {
        named_or(&self.path, PATH)
    }
}

fn named_or<'a>(named: &'a Option<String>, known: &[&'a str]) -> Vec<&'a str> {
    named
        .as_deref()
        .map_or_else(|| known.to_vec(), |name| vec![name])
}

/// Several licences that all hold: identifiers as an SPDX expression, anything else as a JSON
/// list, so that names with spaces stay apart.
pub(crate) fn all_of(items: &[String]) -> String {
    let is_identifier = |item: &String| {
        item.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte))
    };
    if items.len() == 1 || items.iter().all(is_identifier) {
        items.join(" AND ")
    } else {
        serde_json::Value::from(items).to_string()
    }
}

/// Extensions of Python files, as GitHub's linguist has them; corpora that were cut by
/// language follow it.
const PYTHON_EXTENSIONS: &[&str] = &[
    "py", "cgi", "fcgi", "gyp", "gypi", "lmi", "py3", "pyde", "pyi", "pyp", "pyt", "pyw", "rpy",
    "sage", "spec", "tac", "wsgi", "xpy",
];

/// Why a row is not Python, judging by its language or else by the extension of its path;
/// none if nothing speaks against it.
pub(crate) fn other_language(language: Option<&str>, path: Option<&str>) -> Option<String> {
    if let Some(language) = language {
        let is_python = ["python", "python3", "py"]
            .iter()
            .any(|name| language.eq_ignore_ascii_case(name));
        return (!is_python).then(|| format!("its language is {language}"));
    }
    let file = path?.rsplit('/').next()?;
    let (stem, extension) = file.rsplit_once('.')?;
    let is_python = stem.is_empty()
        // `setup.py#3` or `notes.v2 old` say nothing.
        || !extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        || PYTHON_EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known));
    (!is_python).then(|| format!("its name ends in .{extension}"))
}
