//! What corpora say of licences, and what it is taken for.

use proptest::prelude::*;
use unitmill_model::{Origin, RejectReason};

use super::*;
use crate::read::SourceFile;

#[track_caller]
fn is(given: &str, expected: &str) {
    assert_eq!(
        normalise_license(given).as_deref(),
        Some(expected),
        "{given}"
    );
}

#[test]
fn identifiers_are_taken_in_any_case() {
    for license in spdx::identifiers::LICENSES {
        let is_current = license.flags & spdx::flags::IS_DEPRECATED == 0;
        if is_current && !matches!(license.name, "NOASSERTION" | "NONE") {
            is(license.name, license.name);
            is(&license.name.to_lowercase(), license.name);
        }
    }
    is("apache-2.0", "Apache-2.0");
    is("GPL-2.0", "GPL-2.0-only");
    is("gpl-2.0+", "GPL-2.0-or-later");
    is("lgpl-2.1", "LGPL-2.1-only");
    is("Apache-2.0+", "Apache-2.0+");
    is("bsd-2-clause-freebsd", "BSD-2-Clause");
    is("LicenseRef-Ours", "LicenseRef-Ours");
}

#[test]
fn names_are_recognised() {
    for (given, expected) in [
        ("MIT License", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("MIT license, see LICENSE", "MIT"),
        ("Expat", "MIT"),
        ("BSD", "BSD-3-Clause"),
        ("BSD License", "BSD-3-Clause"),
        ("New BSD License", "BSD-3-Clause"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        (
            "BSD 3-Clause \"New\" or \"Revised\" License",
            "BSD-3-Clause",
        ),
        ("Simplified BSD", "BSD-2-Clause"),
        ("Apache", "Apache-2.0"),
        ("Apache 2", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache Software License", "Apache-2.0"),
        ("ASL 2.0", "Apache-2.0"),
        ("PSF", "PSF-2.0"),
        ("MPL 2.0", "MPL-2.0"),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("ISC license (ISCL)", "ISC"),
        ("Public domain", "LicenseRef-Public-Domain"),
        ("CC0 1.0 Universal", "CC0-1.0"),
        ("GPL", "GPL-1.0-or-later"),
        ("GPLv2", "GPL-2.0-only"),
        ("GPLv3+", "GPL-3.0-or-later"),
        ("GNU GPL v3", "GPL-3.0-only"),
        (
            "GNU General Public License v2 or later (GPLv2+)",
            "GPL-2.0-or-later",
        ),
        (
            "GNU Lesser General Public License v3 (LGPLv3)",
            "LGPL-3.0-only",
        ),
        (
            "GNU Library or Lesser General Public License (LGPL)",
            "LGPL-2.0-or-later",
        ),
        ("GNU Affero General Public License v3", "AGPL-3.0-only"),
        ("Proprietary", "LicenseRef-Proprietary"),
        ("UNLICENSED", "LicenseRef-UNLICENSED"),
        ("Our own, ask us", "LicenseRef-Our-own-ask-us"),
    ] {
        is(given, expected);
    }
}

#[test]
fn classifiers_lists_and_texts_are_read() {
    is("License :: OSI Approved :: MIT License", "MIT");
    is(
        "License :: OSI Approved :: Apache Software License",
        "Apache-2.0",
    );
    is(
        "License :: Other/Proprietary License",
        "LicenseRef-Proprietary",
    );
    is(r#"["MIT"]"#, "MIT");
    is(r#"["MIT", "Apache-2.0"]"#, "MIT AND Apache-2.0");
    is("['MIT', 'no_license']", "MIT");
    is(
        r#"["MIT OR GPL-2.0", "BSD"]"#,
        "(MIT OR GPL-2.0-only) AND BSD-3-Clause",
    );
    let text = "Copyright (c) 2020 A and B\n\nPermission is hereby granted, free of charge, to any person\nobtaining a copy";
    is(text, "MIT");
    is(
        "BSD License\n\nRedistribution and use in source and binary forms, with or without",
        "BSD-3-Clause",
    );
    is(
        "Copyright\nRedistribution and use in source and binary forms, with",
        "BSD-2-Clause",
    );
    is(
        "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007",
        "GPL-3.0-only",
    );
}

#[test]
fn expressions_are_put_right() {
    for (given, expected) in [
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("mit or apache-2.0", "MIT OR Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT AND MIT", "MIT"),
        ("BSD, MIT", "BSD-3-Clause AND MIT"),
        ("(MIT)", "MIT"),
        (
            "MIT AND (GPLv3 OR BSD)",
            "MIT AND (GPL-3.0-only OR BSD-3-Clause)",
        ),
        ("MIT OR BSD-2-Clause AND ISC", "MIT OR BSD-2-Clause AND ISC"),
        (
            "Apache-2.0 with llvm-exception",
            "Apache-2.0 WITH LLVM-exception",
        ),
        (
            "GPL-2.0 WITH Classpath-exception-2.0",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ),
        ("MIT AND Some Own", "MIT AND LicenseRef-Some-Own"),
        ("MIT OR NOASSERTION", "MIT"),
        ("MIT WITH odds", "LicenseRef-MIT-with-odds"),
        ("MIT AND", "LicenseRef-MIT-AND"),
    ] {
        is(given, expected);
    }
    let deep = format!("{}MIT{}", "(GPL OR ".repeat(50_000), ")".repeat(50_000));
    is(&deep, "GPL-1.0-or-later");
    let deep = format!("{}MIT OR mine{}", "(".repeat(50_000), ")".repeat(50_000));
    is(&deep, "LicenseRef-MIT-OR-mine");
}

#[test]
fn what_says_nothing_is_no_licence() {
    for nothing in [
        "",
        " ",
        "no_license",
        "NOASSERTION",
        "NONE",
        "UNKNOWN",
        "other",
        "[]",
        "['no_license']",
        "n/a",
        "LICENSE.txt",
        "see LICENSE file",
        "License :: OSI Approved",
        "null",
    ] {
        assert_eq!(normalise_license(nothing), None, "{nothing}");
    }
}

proptest! {
    #[test]
    fn what_comes_out_is_an_expression_and_stays_what_it_is(given in "\\PC{0,40}") {
        if let Some(license) = normalise_license(&given) {
            prop_assert!(expression::is_valid(&license), "{license}");
            prop_assert_eq!(normalise_license(&license), Some(license));
        }
    }

    #[test]
    fn so_it_is_of_what_looks_like_licences(
        given in "(MIT|bsd|GPLv[23]\\+?|Apache-2.0|LicenseRef-x|no_license|own)( (AND|OR|and|or|WITH|/|,) \\(?(ISC|mit|AGPL|LLVM-exception|thing|none)\\)?){0,4}"
    ) {
        if let Some(license) = normalise_license(&given) {
            prop_assert!(expression::is_valid(&license), "{license}");
            prop_assert_eq!(normalise_license(&license), Some(license));
        }
    }
}

fn file(license: Option<&str>, text: &str) -> SourceFile {
    SourceFile {
        origin: Origin {
            repo: None,
            license: license.map(str::to_owned),
            path: "a.py".to_owned(),
            held_sha256: None,
        },
        text: Ok(text.to_owned()),
    }
}

fn filter(allowed: AllowedLicenses, unknown: bool) -> LicenseFilter {
    LicenseFilter::new(&LicensePolicy { allowed, unknown }).expect("the policy is valid")
}

/// The licence that a row would have, or why there is no row.
fn judged(filter: &LicenseFilter, license: Option<&str>, text: &str) -> Result<String, String> {
    let file = filter.apply(file(license, text));
    match file.text {
        Ok(_) => Ok(file.origin.license.unwrap_or_default()),
        Err(refusal) => {
            assert_eq!(refusal.reason, RejectReason::LicenseNotAllowed);
            Err(refusal.detail)
        }
    }
}

#[test]
fn one_alternative_is_enough_and_all_parts_must_be_allowed() {
    let filter = filter(AllowedLicenses::Permissive, true);
    let ask = |license| judged(&filter, Some(license), "x = 1\n");
    assert_eq!(ask("mit"), Ok("MIT".to_owned()));
    assert_eq!(ask("GPLv3 OR MIT"), Ok("GPL-3.0-only OR MIT".to_owned()));
    assert_eq!(
        ask("MIT AND GPLv3"),
        Err("MIT AND GPL-3.0-only, `MIT AND GPLv3` in the corpus".to_owned())
    );
    assert_eq!(ask("Apache-2.0 WITH LLVM-exception").map(drop), Ok(()));
    assert_eq!(ask("MPL-2.0"), Err("MPL-2.0".to_owned()));
    assert!(ask("GPL-2.0-only WITH Classpath-exception-2.0").is_err());
    assert!(ask("ours").is_err());
    assert_eq!(ask("no_license"), Ok(String::new()));
}

#[test]
fn unknown_licences_are_a_setting() {
    let filter = filter(AllowedLicenses::Any, false);
    assert_eq!(
        judged(&filter, None, "x = 1\n"),
        Err("no licence is stated".to_owned())
    );
    assert_eq!(
        judged(&filter, Some("ours"), "x\n"),
        Ok("LicenseRef-ours".to_owned())
    );
}

#[test]
fn a_list_takes_what_it_names() {
    let filter = filter(
        AllowedLicenses::Listed(vec![
            "MIT".to_owned(),
            "GPL-3.0-only".to_owned(),
            "LicenseRef-ours".to_owned(),
        ]),
        true,
    );
    let allows = |license| judged(&filter, Some(license), "x = 1\n").is_ok();
    assert!(allows("MIT") && allows("ours"));
    assert!(allows("GPL-3.0-or-later") && allows("GPL-2.0-or-later"));
    assert!(allows("GPL-3.0-only WITH GCC-exception-3.1"));
    assert!(!allows("BSD-3-Clause") && !allows("GPL-2.0-only") && !allows("AGPL-3.0-only"));
    let error = LicenseFilter::new(&LicensePolicy {
        allowed: AllowedLicenses::Listed(vec!["Apache 2".to_owned()]),
        unknown: true,
    })
    .expect_err("that is a name, not an identifier");
    insta::assert_snapshot!(error, @"`Apache 2` is not an SPDX licence identifier (did you mean Apache-2.0?); https://spdx.org/licenses lists them, and LicenseRef-<name> names others");
}

#[test]
fn a_file_speaks_for_itself() {
    let filter = filter(AllowedLicenses::Permissive, true);
    let head = "#!/usr/bin/env python\n# SPDX-License-Identifier: GPL-2.0+\n\nimport os\n";
    assert_eq!(
        judged(&filter, Some("MIT"), head),
        Err("GPL-2.0-or-later, `GPL-2.0+` in its head".to_owned())
    );
    let freed = "# SPDX-License-Identifier: BSD-3-Clause\nx = 1\n";
    assert_eq!(
        judged(&filter, Some("GPLv3"), freed),
        Ok("BSD-3-Clause".to_owned())
    );
    let several = "# SPDX-License-Identifier: MIT\n# SPDX-License-Identifier: ISC\n";
    assert_eq!(judged(&filter, None, several), Ok("MIT AND ISC".to_owned()));
    let later = "x = '''\n# SPDX-License-Identifier: GPL-3.0-only\n'''\n";
    assert_eq!(judged(&filter, Some("MIT"), later), Ok("MIT".to_owned()));
    let empty = "# SPDX-License-Identifier: NOASSERTION\n";
    assert_eq!(judged(&filter, Some("MIT"), empty), Ok("MIT".to_owned()));
}

#[test]
fn a_file_that_was_refused_before_stays_refused_for_that() {
    let filter = filter(AllowedLicenses::Permissive, true);
    let mut broken = file(Some("GPLv3"), "");
    broken.text = Err(crate::read::FileRefusal {
        reason: RejectReason::EmptyFile,
        detail: "no source text".to_owned(),
    });
    let judged = filter.apply(broken);
    assert_eq!(
        judged.text.expect_err("it is refused").reason,
        RejectReason::EmptyFile
    );
    assert_eq!(judged.origin.license.as_deref(), Some("GPL-3.0-only"));
}
