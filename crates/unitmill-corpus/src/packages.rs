//! Package lists: the import names that functions may use. Never reads a file.

use std::collections::BTreeSet;

/// A line of a package list that is not an import name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "line {line} of the package list: `{text}` is not an import name; write the name that `import` takes, without dots or versions, one a line"
)]
pub struct PackageListError {
    /// The line, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// Reads a package list: one import root a line, `#` starts a comment.
///
/// # Errors
/// The first line that is not an import name.
pub fn parse_package_list(text: &str) -> Result<BTreeSet<String>, PackageListError> {
    let mut packages = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let name = line.split('#').next().unwrap_or("").trim();
        if name.is_empty() {
            continue;
        }
        let is_name = !name.starts_with(|first: char| first.is_ascii_digit())
            && name
                .chars()
                .all(|character| character.is_alphanumeric() || character == '_');
        if !is_name {
            return Err(PackageListError {
                line: index + 1,
                text: name.to_owned(),
            });
        }
        packages.insert(name.to_owned());
    }
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_do_not_count() {
        let packages = parse_package_list("# tools\nnumpy\n\n  re  # patterns\nnumpy\n");
        assert_eq!(
            packages,
            Ok(BTreeSet::from(["numpy".to_owned(), "re".to_owned()]))
        );
    }

    #[test]
    fn a_requirement_is_not_an_import_name() {
        let error = parse_package_list("numpy\nscikit-learn>=1.0\n").expect_err("must fail");
        insta::assert_snapshot!(error, @"line 2 of the package list: `scikit-learn>=1.0` is not an import name; write the name that `import` takes, without dots or versions, one a line");
    }
}
