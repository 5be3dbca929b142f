//! Makes text from inside a run the same on every machine and short enough for a row.

/// Longest detail, bytes.
pub(crate) const DETAIL_BYTES: usize = 4096;

/// Replaces object addresses by `0x…`, and the folders that a machine or a run has of its
/// own by nothing.
pub(crate) fn scrub(text: &str, folders: &[String]) -> String {
    let mut text = text.to_owned();
    for folder in folders {
        if text.contains(folder.as_str()) {
            text = text.replace(folder.as_str(), "");
        }
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = &text[..];
    while let Some(at) = rest.find("0x") {
        let (before, after) = rest.split_at(at);
        let digits = after[2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        clean.push_str(before);
        // Shorter ones are somebody's constants.
        if digits >= 7 {
            clean.push_str("0x…");
        } else {
            clean.push_str(&after[..2 + digits]);
        }
        rest = &after[2 + digits..];
    }
    clean.push_str(rest);
    clean
}

/// Cuts a text to `most` bytes at a character's boundary.
pub(crate) fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        let mut end = most;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_and_folders_go_constants_stay() {
        let text = "<A object at 0x7f00deadbeef> in /tmp/work/solution.py, mask 0xff";
        assert_eq!(
            scrub(text, &["/tmp/work/".to_owned()]),
            "<A object at 0x…> in solution.py, mask 0xff"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_scrubbed_and_cut(text: String, most in 0usize..50) {
            let clean = scrub(&text, &[]);
            prop_assert!(cut(clean, most).len() <= most + '…'.len_utf8());
        }
    }
}
