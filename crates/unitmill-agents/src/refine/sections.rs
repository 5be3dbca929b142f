//! The sections of a docstring: which of them one has already, and how those that it lacks
//! are written in its own style. Never repeats what is there.

use super::describe::{WIDTH, wrapped};

/// How a docstring is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// `Args:` with indented lines below; `Parameters:` where nobody chose a word yet.
    Indented {
        /// The heading of its parameters.
        parameters: &'static str,
    },
    /// `Parameters` over a line of dashes.
    Underlined,
    /// `:param x:`
    Fields,
}

/// The parts of a docstring.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Part {
    Parameters,
    Returns,
    Requirements,
    Raises,
    Examples,
}

/// One line of a section: a name or a type, and what there is to say of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) hint: Option<String>,
    pub(super) text: String,
}

/// A section to be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Section {
    pub(super) part: Part,
    pub(super) entries: Vec<Entry>,
    /// Lines as they are: examples.
    pub(super) lines: Vec<String>,
}

/// Headings in front of indented lines, and over dashes.
const HEADINGS: &[(&str, Part)] = &[
    ("args", Part::Parameters),
    ("arguments", Part::Parameters),
    ("parameters", Part::Parameters),
    ("params", Part::Parameters),
    ("keyword args", Part::Parameters),
    ("keyword arguments", Part::Parameters),
    ("inputs", Part::Parameters),
    ("input", Part::Parameters),
    ("returns", Part::Returns),
    ("return", Part::Returns),
    ("yields", Part::Returns),
    ("yield", Part::Returns),
    ("output", Part::Returns),
    ("outputs", Part::Returns),
    ("requirements", Part::Requirements),
    ("requires", Part::Requirements),
    ("raises", Part::Raises),
    ("raise", Part::Raises),
    ("exceptions", Part::Raises),
    ("throws", Part::Raises),
    ("examples", Part::Examples),
    ("example", Part::Examples),
];

const FIELDS: &[(&str, Part)] = &[
    (":param", Part::Parameters),
    (":parameter", Part::Parameters),
    (":arg", Part::Parameters),
    (":type", Part::Parameters),
    ("@param", Part::Parameters),
    (":return", Part::Returns),
    (":rtype", Part::Returns),
    (":yield", Part::Returns),
    ("@return", Part::Returns),
    (":raise", Part::Raises),
    (":except", Part::Raises),
    ("@raise", Part::Raises),
];

/// The style of a docstring and the parts that it has.
pub(super) fn read(docstring: &str) -> (Style, Vec<Part>) {
    let lines: Vec<&str> = docstring.lines().map(str::trim).collect();
    let mut style = None;
    let mut parts = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with(">>>") {
            parts.push(Part::Examples);
            continue;
        }
        if let Some((_, part)) = FIELDS.iter().find(|(field, _)| line.starts_with(field)) {
            parts.push(*part);
            style.get_or_insert(Style::Fields);
            continue;
        }
        let bare = line.trim_matches(['*', ' ']);
        let (name, inline) = match bare.split_once(':') {
            Some((name, rest)) => (name.trim(), !rest.trim().is_empty()),
            None => (bare, false),
        };
        let name = name.to_lowercase();
        let Some((heading, part)) = HEADINGS.iter().find(|(heading, _)| *heading == name) else {
            continue;
        };
        let underlined = lines.get(at + 1).is_some_and(|next| {
            next.len() >= 3 && (next.chars().all(|c| c == '-') || next.chars().all(|c| c == '='))
        });
        if underlined {
            parts.push(*part);
            style.get_or_insert(Style::Underlined);
        } else if bare.contains(':') {
            parts.push(*part);
            if !inline {
                let parameters = match *heading {
                    "args" => "Args",
                    "arguments" => "Arguments",
                    "parameters" => "Parameters",
                    // Its author chose other words for what it has.
                    _ => "Args",
                };
                style.get_or_insert(Style::Indented { parameters });
            }
        }
    }
    parts.sort_unstable();
    parts.dedup();
    let style = style.unwrap_or(Style::Indented {
        parameters: "Parameters",
    });
    (style, parts)
}

impl Part {
    fn heading(self, style: Style) -> &'static str {
        match (self, style) {
            (Self::Parameters, Style::Indented { parameters }) => parameters,
            (Self::Parameters, _) => "Parameters",
            (Self::Returns, _) => "Returns",
            (Self::Requirements, _) => "Requirements",
            (Self::Raises, _) => "Raises",
            (Self::Examples, _) => "Examples",
        }
    }
}

impl Section {
    /// The section's lines in a style.
    pub(super) fn written(&self, style: Style) -> Vec<String> {
        match style {
            Style::Indented { .. } => {
                let mut lines = vec![format!("{}:", self.part.heading(style))];
                lines.extend(self.body(self.part == Part::Parameters, "    "));
                lines
            }
            Style::Underlined => {
                let heading = self.part.heading(style);
                let mut lines = vec![heading.to_owned(), "-".repeat(heading.len())];
                lines.extend(self.underlined());
                lines
            }
            Style::Fields => self.fields(),
        }
    }

    /// `name (type): text`, `type: text`, and lines as they are.
    fn body(&self, named: bool, indent: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in &self.entries {
            let head = match (&entry.hint, named) {
                (Some(hint), true) => format!("{} ({hint})", entry.name),
                (Some(hint), false) if entry.name.is_empty() => hint.clone(),
                _ => entry.name.clone(),
            };
            let text = match entry.text.is_empty() {
                true => head,
                false if head.is_empty() => entry.text.clone(),
                false => format!("{head}: {}", entry.text),
            };
            let more = format!("{indent}    ");
            for (at, line) in wrapped(&text, WIDTH - 4).into_iter().enumerate() {
                lines.push(format!(
                    "{}{line}",
                    if at == 0 { indent } else { more.as_str() }
                ));
            }
        }
        lines.extend(self.lines.iter().map(|line| match line.is_empty() {
            true => String::new(),
            false => format!("{indent}{line}"),
        }));
        lines
    }

    /// `name : type` with its text indented below.
    fn underlined(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in &self.entries {
            lines.push(match &entry.hint {
                Some(hint) if entry.name.is_empty() => hint.clone(),
                Some(hint) => format!("{} : {hint}", entry.name),
                None => entry.name.clone(),
            });
            let text = wrapped(&entry.text, WIDTH - 4);
            lines.extend(text.into_iter().map(|line| format!("    {line}")));
        }
        lines.extend(self.lines.iter().cloned());
        lines.retain(|line| !line.is_empty() || !self.lines.is_empty());
        lines
    }

    fn fields(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut field = |text: String| {
            for (at, line) in wrapped(&text, WIDTH).into_iter().enumerate() {
                lines.push(format!("{}{line}", if at == 0 { "" } else { "    " }));
            }
        };
        for entry in &self.entries {
            let text = &entry.text;
            match self.part {
                Part::Parameters => {
                    field(format!(":param {}: {text}", entry.name));
                    if let Some(hint) = &entry.hint {
                        field(format!(":type {}: {hint}", entry.name));
                    }
                }
                Part::Returns => {
                    if !text.is_empty() {
                        field(format!(":returns: {text}"));
                    }
                    if let Some(hint) = &entry.hint {
                        field(format!(":rtype: {hint}"));
                    }
                }
                Part::Raises => field(format!(":raises {}: {text}", entry.name)),
                Part::Requirements | Part::Examples => {}
            }
        }
        if matches!(self.part, Part::Requirements | Part::Examples) {
            lines.push(format!("{}:", self.part.heading(Style::Fields)));
            lines.push(String::new());
            lines.extend(self.body(false, "    "));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_and_parts_are_told_apart() {
        let indented = |parameters| Style::Indented { parameters };
        let table: &[(&str, Style, &[Part])] = &[
            ("Add.", indented("Parameters"), &[]),
            (
                "Add.\n\n    Args:\n        a: One.\n\n    Returns:\n        int",
                indented("Args"),
                &[Part::Parameters, Part::Returns],
            ),
            (
                "Add.\n\n    Returns: the sum\n",
                indented("Parameters"),
                &[Part::Returns],
            ),
            (
                "Add.\n\n    Parameters\n    ----------\n    a : int\n\n    Examples\n    --------\n",
                Style::Underlined,
                &[Part::Parameters, Part::Examples],
            ),
            (
                "Add.\n\n    :param a: One.\n    :raises ValueError: if.\n",
                Style::Fields,
                &[Part::Parameters, Part::Raises],
            ),
            (
                "Add.\n\n    >>> add(1)\n    2\n",
                indented("Parameters"),
                &[Part::Examples],
            ),
            ("Add a note: returns nothing.", indented("Parameters"), &[]),
        ];
        for (text, style, parts) in table {
            assert_eq!(read(text), (*style, parts.to_vec()), "{text}");
        }
    }
}
