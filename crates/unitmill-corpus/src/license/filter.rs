//! Which licences a run takes. Each distinct text is looked at once; a corpus has few.

use std::collections::{BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use spdx::{Expression, LicenseReq, Licensee};
use unitmill_model::RejectReason;

use super::expression::MODE;
use super::header::license_in_head;
use super::normalise_license;
use crate::read::{FileRefusal, SourceFile};

/// Licences that a run takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AllowedLicenses {
    /// All of them.
    Any,
    /// Those of the bundled list of permissive licences.
    Permissive,
    /// These SPDX identifiers; `LicenseRef-` ones too. One without an exception stands
    /// for itself with any, because exceptions only permit more.
    Listed(Vec<String>),
}

/// What becomes of a file by its licence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LicensePolicy {
    /// Which licences are taken. Of several joined by OR one is enough, of several joined
    /// by AND all must be.
    pub allowed: AllowedLicenses,
    /// Whether files are taken whose licence nobody states.
    pub unknown: bool,
}

/// A licence list that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{text}` is not an SPDX licence identifier{}; https://spdx.org/licenses lists them, and LicenseRef-<name> names others",
    nearest.as_ref().map_or_else(String::new, |near| format!(" (did you mean {near}?)"))
)]
pub struct LicenseError {
    /// What was given.
    pub text: String,
    /// The identifier that it would be read as in a corpus.
    pub nearest: Option<String>,
}

impl LicenseError {
    /// Whether a text says what licence something is under.
    ///
    /// # Errors
    /// If it is neither an SPDX expression nor a name that is known.
    pub fn check(text: &str) -> Result<(), Self> {
        match normalise_license(text) {
            Some(license) if license == text || !license.contains("LicenseRef-") => Ok(()),
            _ => Err(Self {
                text: text.to_owned(),
                nearest: None,
            }),
        }
    }
}

/// Applies a policy to files.
#[derive(Debug)]
pub struct LicenseFilter {
    allowed: Rule,
    unknown: bool,
    judged: Mutex<HashMap<String, Judged>>,
}

#[derive(Debug)]
enum Rule {
    Any,
    Permissive,
    Listed(Vec<Licensee>),
}

/// What was found out about one text of a licence field.
#[derive(Clone, Debug)]
struct Judged {
    expression: Option<String>,
    is_allowed: bool,
}

impl LicenseFilter {
    /// A filter for a policy.
    ///
    /// # Errors
    /// A listed licence that is not an identifier.
    pub fn new(policy: &LicensePolicy) -> Result<Self, LicenseError> {
        let allowed = match &policy.allowed {
            AllowedLicenses::Any => Rule::Any,
            AllowedLicenses::Permissive => Rule::Permissive,
            AllowedLicenses::Listed(ids) => Rule::Listed(
                ids.iter()
                    .map(|id| licensee(id))
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(Self {
            allowed,
            unknown: policy.unknown,
            judged: Mutex::new(HashMap::new()),
        })
    }

    /// Gives a file its licence as an SPDX expression, and takes its text away where the
    /// policy does not allow that licence. What the comments at the head of a file state
    /// counts before what the corpus says of it.
    pub fn apply(&self, mut file: SourceFile) -> SourceFile {
        let own = match &file.text {
            Ok(text) => license_in_head(text),
            Err(_) => None,
        };
        let own = own.map(|stated| {
            let judged = self.judge(&stated);
            (stated, judged, "in its head")
        });
        let of_file = own.filter(|(_, judged, _)| judged.expression.is_some());
        let (stated, judged, by) = of_file.unwrap_or_else(|| {
            let stated = file.origin.license.take().unwrap_or_default();
            let judged = self.judge(&stated);
            (stated, judged, "in the corpus")
        });
        if !judged.is_allowed && file.text.is_ok() {
            let detail = match &judged.expression {
                None => "no licence is stated".to_owned(),
                Some(expression) if *expression == stated => expression.clone(),
                Some(expression) => {
                    let stated: String = stated.trim().chars().take(80).collect();
                    let stated = stated.lines().next().unwrap_or("").to_owned();
                    format!("{expression}, `{stated}` {by}")
                }
            };
            file.text = Err(FileRefusal {
                reason: RejectReason::LicenseNotAllowed,
                detail,
            });
        }
        file.origin.license = judged.expression;
        file
    }

    fn judge(&self, stated: &str) -> Judged {
        // A panic while it was held cannot have left half an entry.
        let mut known = self.judged.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(judged) = known.get(stated) {
            return judged.clone();
        }
        let expression = normalise_license(stated);
        let judged = Judged {
            is_allowed: match &expression {
                None => self.unknown,
                Some(expression) => self.allows(expression),
            },
            expression,
        };
        known.insert(stated.to_owned(), judged.clone());
        judged
    }

    fn allows(&self, expression: &str) -> bool {
        match &self.allowed {
            Rule::Any => true,
            Rule::Permissive => is_permissive(expression),
            Rule::Listed(licensees) => evaluate(expression, |requirement| {
                let plain = LicenseReq {
                    addition: None,
                    ..requirement.clone()
                };
                licensees.iter().any(|licensee| {
                    licensee.satisfies(requirement)
                        || licensee.satisfies(&plain)
                        || is_later_version(licensee, requirement)
                })
            }),
        }
    }
}

/// Whether a listed GNU licence is one of the versions that `-or-later` offers.
fn is_later_version(listed: &Licensee, offered: &LicenseReq) -> bool {
    let names = (listed.as_ref().license.id(), offered.license.id());
    let (Some(listed), Some(offered)) = names else {
        return false;
    };
    let version = |name: &'static str| {
        name.trim_end_matches("-only")
            .trim_end_matches("-or-later")
            .rsplit_once('-')
    };
    match (version(listed.name), version(offered.name)) {
        (Some((family, listed)), Some((other, least))) => {
            offered.name.ends_with("-or-later") && family == other && listed >= least
        }
        _ => false,
    }
}

fn licensee(id: &str) -> Result<Licensee, LicenseError> {
    Licensee::parse_mode(id, MODE).map_err(|_| LicenseError {
        text: id.to_owned(),
        nearest: normalise_license(id).filter(|near| !near.starts_with("LicenseRef-")),
    })
}

/// The identifiers of recipes/licenses/permissive.txt.
static PERMISSIVE: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
    include_str!("../../../../recipes/licenses/permissive.txt")
        .lines()
        .map(|line| line.split('#').next().unwrap_or("").trim())
        .filter(|id| !id.is_empty())
        .collect()
});

/// Whether a normalised expression permits nearly everything: one alternative of each OR
/// and every part of each AND is on the bundled list. Exceptions change nothing.
pub fn is_permissive(expression: &str) -> bool {
    evaluate(expression, |requirement| match requirement.license.id() {
        Some(id) => PERMISSIVE.contains(id.name),
        None => PERMISSIVE.contains(requirement.license.to_string().as_str()),
    })
}

fn evaluate(expression: &str, is_allowed: impl FnMut(&LicenseReq) -> bool) -> bool {
    match Expression::parse_mode(expression, MODE) {
        Ok(expression) => expression.evaluate(is_allowed),
        // Not an expression: nothing is known about what it permits.
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permissive_list_holds_identifiers_and_no_copyleft() {
        for id in PERMISSIVE
            .iter()
            .filter(|id| !id.starts_with("LicenseRef-"))
        {
            let license = spdx::license_id(id);
            let license = license.unwrap_or_else(|| panic!("{id} is not on the SPDX list"));
            assert!(!license.is_copyleft() && !license.is_deprecated(), "{id}");
        }
    }
}
