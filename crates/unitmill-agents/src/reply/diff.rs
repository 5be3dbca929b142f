//! Answers in the form of a unified diff: what a new file would be, or what becomes of the
//! code that it changes. Line numbers are ignored, models count badly; the lines count.

/// Whether a text is a diff rather than code.
pub(super) fn is_diff(text: &str) -> bool {
    let mut headers = 0;
    let mut changes = 0;
    for line in text.lines() {
        if line.starts_with("@@") || line.starts_with("--- ") || line.starts_with("+++ ") {
            headers += 1;
        } else if line.starts_with(['+', '-']) {
            changes += 1;
        }
    }
    headers > 0 && changes > 0
}

/// The ways to read a diff: applied to the code, and as the new text alone.
pub(super) fn readings(diff: &str, before: &str) -> Vec<String> {
    let hunks = hunks(diff);
    let new_text: String = hunks
        .iter()
        .flat_map(|hunk| &hunk.new)
        .map(|line| format!("{line}\n"))
        .collect();
    applied(&hunks, before)
        .into_iter()
        .chain([new_text])
        .collect()
}

#[derive(Default)]
struct Hunk<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
}

fn hunks(diff: &str) -> Vec<Hunk<'_>> {
    let mut hunks: Vec<Hunk<'_>> = vec![Hunk::default()];
    for line in diff.lines() {
        if line.starts_with("@@") || line.starts_with("diff ") || line.starts_with("index ") {
            hunks.push(Hunk::default());
            continue;
        }
        if line.starts_with("--- ") || line.starts_with("+++ ") || line.starts_with("\\ No newline")
        {
            continue;
        }
        let Some(hunk) = hunks.last_mut() else {
            continue;
        };
        match (line.strip_prefix('+'), line.strip_prefix('-')) {
            (Some(added), _) => hunk.new.push(added),
            (_, Some(removed)) => hunk.old.push(removed),
            _ => {
                let kept = line.strip_prefix(' ').unwrap_or(line);
                hunk.old.push(kept);
                hunk.new.push(kept);
            }
        }
    }
    hunks.retain(|hunk| !hunk.old.is_empty() || !hunk.new.is_empty());
    hunks
}

/// The code after every hunk found its place, one behind the other.
fn applied(hunks: &[Hunk<'_>], before: &str) -> Option<String> {
    let mut lines: Vec<&str> = before.lines().collect();
    let mut from = 0;
    for hunk in hunks {
        // Blank lines around a hunk are the answer's, not the file's.
        let blank = |lines: &[&str]| lines.first().is_some_and(|line| line.trim().is_empty());
        let (mut old, mut new) = (&hunk.old[..], &hunk.new[..]);
        while blank(old) && blank(new) {
            (old, new) = (&old[1..], &new[1..]);
        }
        while old.last().is_some_and(|line| line.trim().is_empty())
            && new.last().is_some_and(|line| line.trim().is_empty())
        {
            (old, new) = (&old[..old.len() - 1], &new[..new.len() - 1]);
        }
        if old.is_empty() {
            return None;
        }
        let at = (from..=lines.len().checked_sub(old.len())?).find(|&at| {
            old.iter()
                .zip(&lines[at..])
                .all(|(old, line)| old.trim_end() == line.trim_end())
        })?;
        lines.splice(at..at + old.len(), new.iter().copied());
        from = at + new.len();
    }
    (!hunks.is_empty()).then(|| lines.join("\n") + "\n")
}
