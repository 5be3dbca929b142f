//! Names of licences: identifiers in any case, full names, and what people write instead.
//! Never combines several.

use std::collections::HashMap;
use std::sync::LazyLock;

use spdx::identifiers::LICENSES;

/// What people write for one licence, and its identifier. Compared by [`squashed`], so
/// that case, punctuation, `the`, `license`, `version` and `.0` make no difference.
///
/// A name that fits several versions stands for the one whose conditions include those of
/// the others: plain `BSD` is the three-clause one, plain `GPL` any version, as the GPL
/// itself has it.
const ALIASES: &[(&str, &str)] = &[
    ("Apache", "Apache-2.0"),
    ("Apache2", "Apache-2.0"),
    ("ASL", "Apache-2.0"),
    ("ASL 2", "Apache-2.0"),
    ("ASL2", "Apache-2.0"),
    ("ALv2", "Apache-2.0"),
    ("AL2", "Apache-2.0"),
    ("Apache 2", "Apache-2.0"),
    ("Apache Software", "Apache-2.0"),
    ("Apache Software 2", "Apache-2.0"),
    ("Apache Public 2", "Apache-2.0"),
    ("Academic Free", "AFL-3.0"),
    ("AFL", "AFL-3.0"),
    ("Artistic", "Artistic-1.0"),
    ("Boost", "BSL-1.0"),
    ("Boost Software", "BSL-1.0"),
    ("Boost Software 1 BSL 1", "BSL-1.0"),
    ("BSD", "BSD-3-Clause"),
    ("BSD 2", "BSD-2-Clause"),
    ("BSD2", "BSD-2-Clause"),
    ("2 Clause BSD", "BSD-2-Clause"),
    ("BSD 2Clause", "BSD-2-Clause"),
    ("BSD two clause", "BSD-2-Clause"),
    ("two clause BSD", "BSD-2-Clause"),
    ("Simplified BSD", "BSD-2-Clause"),
    ("BSD Simplified", "BSD-2-Clause"),
    ("FreeBSD", "BSD-2-Clause"),
    ("BSD 3", "BSD-3-Clause"),
    ("BSD3", "BSD-3-Clause"),
    ("3 Clause BSD", "BSD-3-Clause"),
    ("BSD 3Clause", "BSD-3-Clause"),
    ("BSD three clause", "BSD-3-Clause"),
    ("three clause BSD", "BSD-3-Clause"),
    ("New BSD", "BSD-3-Clause"),
    ("BSD New", "BSD-3-Clause"),
    ("Revised BSD", "BSD-3-Clause"),
    ("Modified BSD", "BSD-3-Clause"),
    ("new BSD 3 clause", "BSD-3-Clause"),
    ("BSD 4", "BSD-4-Clause"),
    ("4 clause BSD", "BSD-4-Clause"),
    ("Original BSD", "BSD-4-Clause"),
    ("Zero clause BSD", "0BSD"),
    ("0 clause BSD", "0BSD"),
    ("CC0", "CC0-1.0"),
    ("CC0 1 Universal", "CC0-1.0"),
    ("CC0 1 Universal CC0 1 Public Domain Dedication", "CC0-1.0"),
    ("Creative Commons Zero", "CC0-1.0"),
    ("CC BY", "CC-BY-4.0"),
    ("CC BY SA", "CC-BY-SA-4.0"),
    ("CeCILL", "CECILL-2.1"),
    ("CeCILL B Free Software Agreement CECILL B", "CECILL-B"),
    ("CeCILL C Free Software Agreement CECILL C", "CECILL-C"),
    ("Eclipse Public", "EPL-2.0"),
    ("Eclipse Public 1 EPL 1", "EPL-1.0"),
    ("Eclipse Public 2 EPL 2", "EPL-2.0"),
    ("EPL", "EPL-2.0"),
    ("European Union Public Licence 1.1 EUPL 1.1", "EUPL-1.1"),
    ("European Union Public Licence 1.2 EUPL 1.2", "EUPL-1.2"),
    ("EUPL", "EUPL-1.2"),
    ("Historical Permission Notice and Disclaimer HPND", "HPND"),
    ("ISCL", "ISC"),
    ("ISC ISCL", "ISC"),
    ("Expat", "MIT"),
    ("MIT Expat", "MIT"),
    ("Expat MIT", "MIT"),
    ("MIT X11", "MIT"),
    ("X11 MIT", "MIT"),
    ("MIT X Consortium", "MIT"),
    ("MIT No Attribution MIT 0", "MIT-0"),
    ("MPL", "MPL-2.0"),
    ("MPL2", "MPL-2.0"),
    ("Mozilla Public", "MPL-2.0"),
    ("Mozilla Public 1 MPL", "MPL-1.0"),
    ("Mozilla Public 1.1 MPL 1.1", "MPL-1.1"),
    ("Mozilla Public 2 MPL 2", "MPL-2.0"),
    ("NCSA", "NCSA"),
    ("University of Illinois NCSA Open Source", "NCSA"),
    ("PostgreSQL", "PostgreSQL"),
    ("PSF", "PSF-2.0"),
    ("PSFL", "PSF-2.0"),
    ("Python", "PSF-2.0"),
    ("Python Software Foundation", "PSF-2.0"),
    ("PSF 2", "PSF-2.0"),
    ("CNRI Python", "CNRI-Python"),
    ("Public Domain", "LicenseRef-Public-Domain"),
    ("Dedicated to public domain", "LicenseRef-Public-Domain"),
    ("SIL Open Font 1.1 OFL 1.1", "OFL-1.1"),
    ("Unlicense Unlicense", "Unlicense"),
    ("Universal Permissive UPL", "UPL-1.0"),
    ("UPL", "UPL-1.0"),
    ("W3C", "W3C"),
    ("WTFPL", "WTFPL"),
    ("Do what f ck you want to public", "WTFPL"),
    ("zlib libpng", "Zlib"),
    ("Zope Public", "ZPL-2.1"),
    ("ZPL", "ZPL-2.1"),
    ("Proprietary", "LicenseRef-Proprietary"),
    ("Other Proprietary", "LicenseRef-Proprietary"),
    ("Commercial", "LicenseRef-Proprietary"),
    ("All rights reserved", "LicenseRef-Proprietary"),
];

/// Identifiers that SPDX has given up for ones that say whether later versions will do.
const SUPERSEDED: &[(&str, &str)] = &[
    ("AGPL-1.0", "AGPL-1.0-only"),
    ("BSD-2-Clause-FreeBSD", "BSD-2-Clause"),
    ("BSD-2-Clause-NetBSD", "BSD-2-Clause"),
    ("GFDL-1.1", "GFDL-1.1-only"),
    ("GFDL-1.2", "GFDL-1.2-only"),
    ("GFDL-1.3", "GFDL-1.3-only"),
    ("bzip2-1.0.5", "bzip2-1.0.6"),
];

/// Fields that are filled in and say nothing.
const NOTHING: &[&str] = &[
    "",
    "copying",
    "custom",
    "dfsg approved",
    "file",
    "file license",
    "license",
    "license file",
    "license md",
    "license rst",
    "license txt",
    "n a",
    "na",
    "nan",
    "no",
    "no license",
    "noassertion",
    "none",
    "not specified",
    "null",
    "osi approved",
    "other",
    "see license",
    "see license file",
    "see license in license",
    "see license md",
    "see license txt",
    "tbd",
    "todo",
    "undefined",
    "unknown",
    "unknown license reference",
    "unspecified",
];

/// Whether a licence field leaves the licence open.
pub(super) fn says_nothing(text: &str) -> bool {
    let text = words(text).join(" ");
    NOTHING.binary_search(&text.as_str()).is_ok()
}

static BY_IDENTIFIER: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let ids = LICENSES.iter().map(|license| license.name);
    ids.map(|id| (id.to_ascii_lowercase(), id)).collect()
});

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    let current = || {
        LICENSES
            .iter()
            .filter(|license| license.flags & spdx::flags::IS_DEPRECATED == 0)
    };
    // What comes first counts.
    let aliases = ALIASES.iter().copied();
    let identifiers = current().map(|license| (license.name, license.name));
    let full_names = current().map(|license| (license.full_name, license.name));
    for (name, id) in aliases.chain(identifiers).chain(full_names) {
        names.entry(squashed(name)).or_insert(id);
    }
    names
});

/// The licence that a whole phrase names: an identifier in any case, or a known name.
pub(super) fn exact(phrase: &str) -> Option<String> {
    if let Some(id) = identifier(phrase) {
        return Some(id);
    }
    if phrase.starts_with("LicenseRef-") || phrase.starts_with("DocumentRef-") {
        let parsed = spdx::Licensee::parse(phrase).ok()?;
        return (parsed.to_string() == phrase).then(|| phrase.to_owned());
    }
    if phrase
        .split_whitespace()
        .any(|word| matches!(word, "AND" | "OR" | "WITH"))
    {
        return None;
    }
    let phrase = squashed(phrase);
    let found = BY_NAME.get(&phrase).or_else(|| {
        // `MIT License (MIT)` says it twice.
        let half = phrase.len() / 2;
        let (first, second) = phrase.split_at_checked(half)?;
        let is_twice = second.strip_prefix(' ') == Some(first);
        is_twice.then(|| BY_NAME.get(first)).flatten()
    });
    found.map(|id| (*id).to_owned())
}

/// An identifier of the SPDX list in any case, `+` behind it included.
fn identifier(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (base, plus) = match lower.strip_suffix('+') {
        Some(base) => (base, "+"),
        None => (lower.as_str(), ""),
    };
    let id = *BY_IDENTIFIER.get(base)?;
    if let Some((_, newer)) = SUPERSEDED.iter().find(|(old, _)| *old == id) {
        return Some(match (newer.strip_suffix("-only"), plus) {
            (Some(base), "+") => format!("{base}-or-later"),
            _ => format!("{newer}{plus}"),
        });
    }
    if spdx::license_id(id).is_some_and(spdx::LicenseId::is_gnu) && !id.contains("-with-") {
        return gnu_family(text).or_else(|| Some(id.to_owned()));
    }
    Some(format!("{id}{plus}"))
}

/// The exception of the SPDX list that is written behind WITH, in any case.
pub(super) fn exception(text: &str) -> Option<&'static str> {
    spdx::identifiers::EXCEPTIONS
        .iter()
        .map(|exception| exception.name)
        .find(|name| name.eq_ignore_ascii_case(text))
}

/// The licence of the GNU family that a phrase names, however it is put: `GPLv3+`, `GNU
/// Lesser General Public License v2 or later (LGPLv2+)`.
pub(super) fn gnu_family(phrase: &str) -> Option<String> {
    let words = words(phrase);
    let has = |word: &str| words.iter().any(|other| other == word);
    let starts = |prefix: &str| words.iter().any(|word| word.starts_with(prefix));
    if has("exception") || has("with") || starts("gfdl") {
        return None;
    }
    let is_general = has("general") && has("public");
    let family = if starts("agpl") || (is_general && has("affero")) {
        "AGPL"
    } else if starts("lgpl") || (is_general && (has("lesser") || has("library"))) {
        "LGPL"
    } else if starts("gpl") || is_general {
        "GPL"
    } else {
        return None;
    };
    let numbered = words.iter().find_map(|word| {
        let number = word.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let number = number.trim_end_matches('+');
        let version = match number.strip_suffix(".0").unwrap_or(number) {
            "1" if family != "LGPL" => "1.0",
            "2" if family != "AGPL" => "2.0",
            "2.1" if family == "LGPL" => "2.1",
            "3" => "3.0",
            _ => return None,
        };
        Some(version)
    });
    let later = words.iter().any(|word| {
        word.ends_with('+') || matches!(word.as_str(), "later" | "newer" | "higher" | "above")
    });
    Some(match (numbered, family) {
        (Some(version), _) if later => format!("{family}-{version}-or-later"),
        (Some(version), _) => format!("{family}-{version}-only"),
        // Section 9 of the GPL: without a number, any version ever published.
        (None, "LGPL") => "LGPL-2.0-or-later".to_owned(),
        (None, "AGPL") => "AGPL-1.0-or-later".to_owned(),
        (None, _) => "GPL-1.0-or-later".to_owned(),
    })
}

/// The licence whose first clause a text quotes, for fields that hold a whole licence.
pub(super) fn opening_clause(text: &str) -> Option<String> {
    let text = words(text).join(" ");
    let has = |clause: &str| text.contains(clause);
    let id = if has("permission is hereby granted free of charge to any person obtaining") {
        "MIT"
    } else if has("redistribution and use in source and binary forms") {
        if has("all advertising materials") {
            "BSD-4-Clause"
        } else if has("names of its contributors") || has("endorse or promote products") {
            "BSD-3-Clause"
        } else {
            "BSD-2-Clause"
        }
    } else if has("permission to use copy modify and or distribute this software for any purpose") {
        "ISC"
    } else if has("apache license version 2.0 january 2004") {
        "Apache-2.0"
    } else if has("this is free and unencumbered software released into the public domain") {
        "Unlicense"
    } else if has("gnu affero general public license version 3") {
        "AGPL-3.0-only"
    } else if has("gnu lesser general public license version 3") {
        "LGPL-3.0-only"
    } else if has("gnu general public license version 3") {
        "GPL-3.0-only"
    } else if has("gnu general public license version 2") {
        "GPL-2.0-only"
    } else {
        return None;
    };
    Some(id.to_owned())
}

/// Lower-case words: letters, digits, and `+` and `.` behind or between them.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !(c.is_alphanumeric() || c == '+' || c == '.'))
        .map(|word| word.trim_matches('.').to_owned())
        .flat_map(|word| {
            // A file's ending is a word of its own.
            match word.split_once('.') {
                Some((stem, ending)) if !ending.starts_with(|c: char| c.is_ascii_digit()) => {
                    vec![stem.to_owned(), ending.to_owned()]
                }
                _ => vec![word],
            }
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// A name without what makes no difference.
fn squashed(name: &str) -> String {
    const IDLE: &[&str] = &[
        "a", "an", "and", "by", "is", "licence", "licenced", "license", "licensed", "licenses",
        "of", "or", "released", "terms", "the", "under", "v", "ver", "version",
    ];
    let kept = words(name).into_iter().filter_map(|word| {
        if IDLE.contains(&word.as_str()) {
            return None;
        }
        let versioned = word
            .strip_prefix('v')
            .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let word = versioned.unwrap_or(&word);
        Some(word.strip_suffix(".0").unwrap_or(word).to_owned())
    });
    kept.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sound() {
        assert!(NOTHING.is_sorted());
        for (name, id) in ALIASES {
            let is_known = id.starts_with("LicenseRef-")
                || spdx::license_id(id).is_some_and(|id| !id.is_deprecated());
            assert!(is_known, "{name}: {id}");
        }
        for (old, newer) in SUPERSEDED {
            assert!(spdx::license_id(old).is_some(), "{old}");
            let newer = spdx::license_id(newer).expect("it is on the list");
            assert!(!newer.is_deprecated(), "{old}");
        }
    }
}
