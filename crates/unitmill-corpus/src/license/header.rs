//! What a file says of its own licence: `SPDX-License-Identifier:` in the comments at its
//! head. Never looks further down.

use memchr::memmem;

const TAG: &str = "SPDX-License-Identifier:";

/// Only so much of a file is its head.
const HEAD_BYTES: usize = 8 << 10;

/// The licence that the comments before the first statement name, as written; several are
/// joined by AND, for all of them hold.
pub(super) fn license_in_head(source: &str) -> Option<String> {
    let mut end = source.len().min(HEAD_BYTES);
    while !source.is_char_boundary(end) {
        end -= 1;
    }
    let head = &source[..end];
    memmem::find(head.as_bytes(), TAG.as_bytes())?;
    let mut found: Vec<&str> = Vec::new();
    for line in head.lines().map(str::trim_start) {
        if line.is_empty() {
            continue;
        }
        let Some(comment) = line.strip_prefix('#') else {
            break;
        };
        if let Some((_, named)) = comment.split_once(TAG) {
            let named = named.trim();
            let named = named.trim_end_matches("-->").trim_end_matches("*/").trim();
            if !named.is_empty() && !found.contains(&named) {
                found.push(named);
            }
        }
    }
    match found.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        several => Some(
            several
                .iter()
                .map(|one| format!("({one})"))
                .collect::<Vec<_>>()
                .join(" AND "),
        ),
    }
}
