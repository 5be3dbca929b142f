//! Whether what a function leans on can stand alone: finds its closure, and says what is in
//! the way. Never renders text.

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged as _;
use unitmill_model::RejectReason;

use crate::closure::{Closure, TypeNames};
use crate::forms::fails_on_this_platform;
use crate::functions::{Extraction, Refusal};
use crate::known_names::is_standard_module;
use crate::missing::missing_packages;
use crate::module::UnitKind;
use crate::places::{Place, Subject};
use crate::repair::{Repair, repairable_name};
use crate::scope::NameId;
use crate::settings::PackageRequirement;

/// A module as the others of its folder import it: `.name`, or `.` for the folder itself.
/// None if its path gives no name that Python could import.
pub(crate) fn own_module(path: &str) -> Option<String> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.strip_suffix(".py")?;
    if stem == "__init__" {
        return Some(".".to_owned());
    }
    let is_name = stem.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && stem
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_');
    is_name.then(|| format!(".{stem}"))
}

impl<'a> Extraction<'a, '_> {
    /// The closure of what `unit` defines and `name` names, if it can stand alone. Where
    /// something is in the way that only annotations name which are never evaluated, it
    /// stays behind, and they name it for type checkers alone.
    pub(crate) fn settle(
        &mut self,
        subject: Subject<'a>,
        name: NameId,
        unit: usize,
    ) -> Result<Closure<'a>, Refusal> {
        let closure = self
            .finder
            .find(&mut self.module, name, unit, TypeNames::Travel);
        let names_types = closure.names_types;
        let refusal = match self.admit(closure, subject, name, unit) {
            Ok(closure) => return Ok(closure),
            Err(refusal) => refusal,
        };
        let is_in_the_way = matches!(
            refusal.reason,
            RejectReason::LocalImport
                | RejectReason::UnresolvedName
                | RejectReason::Shadowed
                | RejectReason::PackageNotAllowed
                | RejectReason::PackageMissing
        );
        if !names_types || !is_in_the_way || own_module(&self.origin.path).is_none() {
            return Err(refusal);
        }
        let types = TypeNames::Stay(self.settings.importable.as_ref());
        let closure = self.finder.find(&mut self.module, name, unit, types);
        self.admit(closure, subject, name, unit)
            .map_err(|_| refusal)
    }

    fn admit(
        &mut self,
        mut closure: Closure<'a>,
        subject: Subject<'a>,
        name: NameId,
        unit: usize,
    ) -> Result<Closure<'a>, Refusal> {
        let shadowed = match subject.place {
            Place::Class { statement, .. } if closure.is_needed => self
                .redefinition(name, statement)
                .map(|line| format!("its helpers mean the class of line {line}")),
            Place::Class { .. } => None,
            // What a decorator has put somewhere and a later function replaces by name was
            // never to be called by that name.
            _ if closure.is_needed || !subject.function.decorator_list.is_empty() => self
                .redefinition(name, subject.statement)
                .map(|line| format!("defined again in line {line}")),
            _ => None,
        };
        if let Some(detail) = shadowed {
            return Err(Refusal::new(RejectReason::Shadowed, detail));
        }
        self.check(&closure)?;
        self.check_environment(&mut closure, unit)?;
        Ok(closure)
    }

    /// The line of a later statement that surely gives the name to something else. What
    /// wraps the function (`f = decorate(f)`) is not a redefinition.
    fn redefinition(&mut self, name: NameId, statement: &Stmt) -> Option<u32> {
        let later: Vec<usize> = self
            .module
            .bindings(name)
            .iter()
            .filter(|binding| !binding.mutation)
            .map(|binding| binding.unit)
            .filter(|&later| {
                self.module.units[later].statement.start() > statement.start()
                    && matches!(
                        self.module.units[later].kind,
                        UnitKind::Definition | UnitKind::Assignment | UnitKind::Import
                    )
            })
            .collect();
        later.into_iter().find_map(|later| {
            let wraps = self
                .module
                .scope(later)
                .needs
                .iter()
                .any(|need| need.name == name && need.eager);
            let statement = self.module.units[later].statement;
            (!wraps).then(|| self.module.first_line(statement))
        })
    }

    fn check(&self, closure: &Closure<'a>) -> Result<(), Refusal> {
        let packages = || closure.roots.iter().map(|&root| root.to_owned()).collect();
        let refuse = |reason, detail: String| {
            Err(Refusal {
                reason,
                detail,
                packages: packages(),
            })
        };
        if !closure.local_imports.is_empty() {
            let imports: Vec<&str> = closure.local_imports.iter().map(String::as_str).collect();
            return refuse(RejectReason::LocalImport, imports.join("; "));
        }
        if !closure.unresolved.is_empty() {
            let names: Vec<&str> = closure.unresolved.iter().copied().collect();
            let names = names.join(", ");
            let stars: Vec<String> = self.module.unknown_stars().collect();
            if !stars.is_empty() {
                let stars = stars.join("; ");
                return refuse(
                    RejectReason::UnresolvedName,
                    format!("{names}: may come from `{stars}`"),
                );
            }
            if closure
                .unresolved
                .iter()
                .any(|name| repairable_name(name).is_none())
            {
                return refuse(RejectReason::UnresolvedName, names);
            }
        }
        let exports = self.module.walker.names.find("__all__");
        if let Some(exports) = exports
            && self
                .module
                .bindings(exports)
                .iter()
                .any(|binding| closure.units.binary_search(&binding.unit).is_ok())
        {
            return refuse(
                RejectReason::UnresolvedName,
                "__all__ names what does not travel".to_owned(),
            );
        }
        let failing = closure
            .units
            .iter()
            .map(|&unit| self.module.units[unit].statement)
            .find(|statement| fails_on_this_platform(statement));
        if let Some(statement) = failing {
            let line = self.module.first_line(statement);
            return refuse(
                RejectReason::UnresolvedName,
                format!("line {line} ends the loading of the module on Linux"),
            );
        }
        if closure.needs_itself {
            return refuse(
                RejectReason::UnresolvedName,
                "its own context needs it while the module is loading".to_owned(),
            );
        }
        let repairs = roots_of_repairs(closure);
        if let Some(allow) = &self.settings.allow {
            let foreign: Vec<&str> = closure
                .roots
                .iter()
                .chain(&closure.alternatives)
                .chain(&repairs)
                .copied()
                .filter(|&root| !allow.contains(root))
                .collect();
            if !foreign.is_empty() {
                return refuse(RejectReason::PackageNotAllowed, foreign.join(", "));
            }
        }
        let satisfied = match self.settings.require {
            PackageRequirement::None => true,
            PackageRequirement::Any => !closure.roots.is_empty() || !repairs.is_empty(),
            PackageRequirement::ThirdParty => closure
                .roots
                .iter()
                .chain(&repairs)
                .any(|root| !is_standard_module(root)),
        };
        if !satisfied {
            let detail = if closure.roots.is_empty() {
                "imports nothing"
            } else {
                "uses only the standard library"
            };
            return refuse(RejectReason::PackageRequired, detail.to_owned());
        }
        Ok(())
    }

    /// Refuses what needs a package that the environment lacks. What the closure can do
    /// without there counts as an alternative from then on.
    fn check_environment(&self, closure: &mut Closure<'a>, unit: usize) -> Result<(), Refusal> {
        let Some(importable) = &self.settings.importable else {
            return Ok(());
        };
        let is_held = |root: &str| importable.contains(root);
        let repairs = roots_of_repairs(closure);
        let lacking: Vec<&str> = closure
            .roots
            .iter()
            .chain(&closure.alternatives)
            .chain(&repairs)
            .copied()
            .filter(|root| !is_held(root))
            .collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let mut missing = missing_packages(&self.module, closure, unit, &is_held);
        let repairs = repairs.into_iter().filter(|root| !is_held(root));
        missing.extend(repairs.map(str::to_owned));
        if !missing.is_empty() {
            let packages: Vec<String> = missing.into_iter().collect();
            return Err(Refusal {
                reason: RejectReason::PackageMissing,
                detail: format!("the environment does not hold {}", packages.join(", ")),
                packages,
            });
        }
        for root in lacking {
            closure.roots.remove(root);
            closure.alternatives.insert(root);
        }
        Ok(())
    }
}

/// The import roots that repairs of a closure's undefined names bring in: what a repair
/// will import counts as imported.
fn roots_of_repairs<'a>(closure: &Closure<'a>) -> Vec<&'a str> {
    let roots = closure
        .unresolved
        .iter()
        .filter_map(|name| match repairable_name(name) {
            Some(Repair::Import(line)) => line.split([' ', '.']).nth(1),
            _ => None,
        });
    roots.collect()
}
