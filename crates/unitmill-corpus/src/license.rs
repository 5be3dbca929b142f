//! Licences: what corpora and files say, as SPDX expressions. Never reads a licence's
//! text beyond its title and first clause, and never guesses: what is not recognised stays
//! what it was, as a `LicenseRef-`.

mod expression;
mod filter;
mod header;
mod names;

pub use filter::{AllowedLicenses, LicenseError, LicenseFilter, LicensePolicy, is_permissive};

use expression::Wording;

/// What a licence field says, as an SPDX expression; none where it says nothing
/// (`no_license`, `NOASSERTION`, `see LICENSE`).
///
/// Takes what corpora give: identifiers in any case (`apache-2.0`), expressions with AND,
/// OR, WITH and parentheses, JSON lists (all of them hold), classifiers of PyPI, names
/// (`BSD License`, `GPLv3+`), and whole licence texts. What is none of this becomes
/// `LicenseRef-` and the text's letters and digits. The same text always gives the same
/// expression, and an expression gives itself.
pub fn normalise_license(given: &str) -> Option<String> {
    let given = given.trim();
    if let Some(items) = listed(given) {
        let items: Vec<Option<String>> = items.iter().map(|item| normalise_one(item)).collect();
        return expression::all_of(&items);
    }
    normalise_one(given)
}

/// The items of a JSON list of strings, or of one written in Python's way.
fn listed(given: &str) -> Option<Vec<String>> {
    let inner = given.strip_prefix('[')?.strip_suffix(']')?;
    if let Ok(items) = serde_json::from_str::<Vec<String>>(given) {
        return Some(items);
    }
    let items = inner.split(',').map(|item| {
        let item = item.trim();
        item.trim_matches(['\'', '"']).to_owned()
    });
    Some(items.collect())
}

fn normalise_one(given: &str) -> Option<String> {
    let given = given.trim().trim_matches(['"', '\'', '`']).trim();
    // The last part of a classifier names the licence.
    let given = match given.rsplit_once("::") {
        Some((head, last)) if head.trim_start().starts_with("License") => last.trim(),
        _ => given,
    };
    if names::says_nothing(given) {
        return None;
    }
    if let Some(known) = names::exact(given) {
        return Some(known);
    }
    let title = given.lines().next().unwrap_or(given).trim();
    let is_text = title.len() < given.len();
    let of_text = || names::exact(title).or_else(|| names::opening_clause(given));
    is_text
        .then(of_text)
        .flatten()
        .or_else(|| expression::parse(title, Wording::Spdx))
        .or_else(|| expression::parse(title, Wording::Plain))
        .or_else(|| names::gnu_family(title))
        .or_else(|| expression::parse(title, Wording::SpdxWithUnknown))
        .or_else(|| Some(expression::unknown(title)))
}

#[cfg(test)]
mod tests;
