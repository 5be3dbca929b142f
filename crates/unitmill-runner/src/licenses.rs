//! The licences of a recipe, as the corpus crate takes them.

use unitmill_corpus::{AllowedLicenses, LicenseError, LicenseFilter, LicensePolicy};
use unitmill_recipe::{LicenseSet, Recipe, UnknownLicense};

use crate::error::RunError;

/// What keeps files out whose licence the recipe does not allow.
///
/// # Errors
/// [`RunError::License`] for a name that is not an SPDX licence.
pub(crate) fn license_filter(recipe: &Recipe) -> Result<LicenseFilter, RunError> {
    for (index, input) in recipe.input.iter().enumerate() {
        if let Some(stated) = &input.license {
            LicenseError::check(stated).map_err(|source| RunError::License {
                key: format!("input[{index}].license"),
                source,
            })?;
        }
    }
    let policy = LicensePolicy {
        allowed: match &recipe.licenses.allow {
            unitmill_recipe::AllowedLicenses::Named(LicenseSet::Any) => AllowedLicenses::Any,
            unitmill_recipe::AllowedLicenses::Named(LicenseSet::Permissive) => {
                AllowedLicenses::Permissive
            }
            unitmill_recipe::AllowedLicenses::Listed(ids) => AllowedLicenses::Listed(ids.clone()),
        },
        unknown: recipe.licenses.unknown == UnknownLicense::Allow,
    };
    LicenseFilter::new(&policy).map_err(|source| RunError::License {
        key: "licenses.allow".to_owned(),
        source,
    })
}
