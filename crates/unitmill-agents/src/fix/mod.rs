//! The offline fixer: repairs by rules, guided by what the run said.
//!
//! A rule is an entry of a table (see [`tables`]) or, where a table cannot say it, a small
//! function in [`guided`]. Every edit is made at the position of a syntax node. The fixer
//! never judges: whether a repair is one, the tests say.

mod frequencies;
mod guided;
mod moves;
mod rewrites;
pub(crate) mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged as _;
use unitmill_python::{Repair, repairable_name, undefined_names};

use crate::Environment;
use crate::syntax::{Edit, Module, add_imports, apply, root_of};
use tables::{LIBRARIES, Library, Move};

/// How far a repair goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Reach {
    /// Only rules whose old name the error mentions.
    Mentioned,
    /// Every rule that the code gives a reason for, and those that the error asks for.
    Everything,
}

/// What a rule wants done.
#[derive(Default, Debug)]
pub(crate) struct Change {
    /// Edits of the text.
    edits: Vec<Edit>,
    /// Import lines that must be there afterwards.
    imports: Vec<String>,
    /// Definitions that must be there afterwards.
    definitions: Vec<String>,
}

impl Change {
    fn is_empty(&self) -> bool {
        self.edits.is_empty() && self.imports.is_empty() && self.definitions.is_empty()
    }
}

/// What rules look at.
pub(crate) struct Scene<'scene> {
    pub(crate) module: &'scene Module<'scene>,
    pub(crate) environment: &'scene Environment,
    pub(crate) error: &'scene str,
    pub(crate) reach: Reach,
}

impl Scene<'_> {
    /// Whether a rule about `old` may act: always, or only if the error mentions it.
    pub(crate) fn concerns(&self, old: &str) -> bool {
        self.reach == Reach::Everything || mentions(self.error, old)
    }

    /// Whether the environment is at least of version `gone`, as far as known.
    pub(crate) fn is_gone(&self, library: &Library, gone: &str) -> bool {
        self.installed(library)
            .is_none_or(|installed| installed >= release(gone))
    }

    /// Whether the environment lacks the old name of an entry, as far as known.
    pub(crate) fn lacks(&self, library: &Library, entry: &Move) -> bool {
        let is_back = !entry.back.is_empty()
            && self
                .installed(library)
                .is_some_and(|installed| installed >= release(entry.back));
        self.is_gone(library, entry.gone) && !is_back
    }

    /// The version of a library that the environment holds.
    fn installed(&self, library: &Library) -> Option<Vec<u32>> {
        if library.root == "python" {
            let (major, minor) = self.environment.python;
            Some(vec![u32::from(major), u32::from(minor)])
        } else {
            [library.root, library.distribution]
                .iter()
                .find_map(|name| self.environment.versions.get(*name))
                .map(|version| release(version))
        }
    }
}

/// The release numbers of a version: `2.0.1rc1` is `[2, 0, 1]`.
fn release(version: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    for part in version.split('.') {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        match digits.parse() {
            Ok(number) => numbers.push(number),
            Err(_) => break,
        }
        if digits.len() < part.len() {
            break;
        }
    }
    numbers
}

/// Whether a text has `word` in it as a word of its own.
pub(crate) fn mentions(text: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// How many passes a repair may take; nested expressions need one each.
const PASSES: usize = 8;

/// The code after all rules within reach have acted; none if no rule does, or if what
/// comes out does not parse.
pub(crate) fn repair(
    code: &str,
    error: &str,
    environment: &Environment,
    reach: Reach,
) -> Option<String> {
    let mut current = code.to_owned();
    // What acts on the error acts once: the error is not seen again.
    let mut groups: Vec<(Group, Often)> = vec![
        (missing_names, Often::Again),
        (moves::act, Often::Again),
        (rewrites::act, Often::Again),
        (frequencies::act, Often::Once),
        (guided::act, Often::Once),
        (missing_imports, Often::Once),
        (unused_imports, Often::Again),
    ];
    for _ in 0..PASSES {
        let Some((next, index)) = pass(&current, error, environment, reach, &groups)? else {
            break;
        };
        if groups[index].1 == Often::Once {
            groups.remove(index);
        }
        current = next;
    }
    (current != code && Module::parse(&current).is_some()).then_some(current)
}

/// A group of rules. Each sees the text that the one before left.
type Group = fn(&Scene<'_>) -> Change;

/// How often a group may act in one repair.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Often {
    Once,
    Again,
}

/// The code after the first group that changes something, and which group that was; the
/// outer none if the code does not parse.
fn pass(
    code: &str,
    error: &str,
    environment: &Environment,
    reach: Reach,
    groups: &[(Group, Often)],
) -> Option<Option<(String, usize)>> {
    let module = Module::parse(code)?;
    let scene = Scene {
        module: &module,
        environment,
        error,
        reach,
    };
    for (index, (group, _)) in groups.iter().enumerate() {
        let change = group(&scene);
        if change.is_empty() {
            continue;
        }
        let mut next = add_imports(&apply(code, change.edits), &change.imports);
        if !change.definitions.is_empty() {
            next = rewrites::add_definitions(&next, &change.definitions);
        }
        if next != code && Module::parse(&next).is_some() {
            return Some(Some((next, index)));
        }
    }
    Some(None)
}

/// Imports of modules that the environment does not hold and that nothing uses any more.
fn unused_imports(scene: &Scene<'_>) -> Change {
    let mut change = Change::default();
    for statement in scene.module.body() {
        let Stmt::Import(import) = statement else {
            continue;
        };
        let [alias] = import.names.as_slice() else {
            continue;
        };
        let path = alias.name.as_str();
        let root = root_of(path);
        let bound = alias.asname.as_ref().map_or(root, |name| name.as_str());
        let is_gone = path == "scipy.misc"
            || (!scene.environment.modules.contains(root)
                && (unitmill_python::is_standard_module(root)
                    || moves_root(root, scene.environment)));
        let is_used = scene.module.loads_of(bound).iter().any(|range| {
            path != "scipy.misc" || scene.module.source()[range.end..].starts_with(".misc")
        });
        if is_gone && !is_used {
            let range = crate::syntax::span(statement.range());
            change.edits.push(Edit {
                range: range.start..crate::syntax::line_end(scene.module.source(), range.end),
                text: String::new(),
            });
        }
    }
    change
}

/// Names that nothing defines and a repair is known for.
fn missing_names(scene: &Scene<'_>) -> Change {
    let mut change = Change::default();
    let source = scene.module.source();
    let Ok(names) = undefined_names(source) else {
        return change;
    };
    for undefined in names {
        if !scene.concerns(&undefined.name) {
            continue;
        }
        match repairable_name(&undefined.name) {
            // The class or the module: its use tells.
            Some(Repair::Import("import datetime")) if uses_datetime_class(source) => {
                change
                    .imports
                    .push("from datetime import datetime".to_owned());
            }
            Some(Repair::Import(line)) => change.imports.push(line.to_owned()),
            Some(Repair::Define(definition)) => change.definitions.push(definition.to_owned()),
            Some(Repair::Rename(to)) => {
                for range in scene.module.loads_of(&undefined.name) {
                    change.edits.push(Edit {
                        range,
                        text: to.to_owned(),
                    });
                }
            }
            None => {}
        }
    }
    change
}

/// Whether `datetime` is used as the class of that name.
fn uses_datetime_class(source: &str) -> bool {
    const OF_THE_CLASS: &[&str] = &[
        "now",
        "utcnow",
        "today",
        "strptime",
        "fromtimestamp",
        "utcfromtimestamp",
        "combine",
        "fromisoformat",
    ];
    OF_THE_CLASS
        .iter()
        .any(|name| mentions(source, &format!("datetime.{name}")))
        && !mentions(source, "datetime.datetime")
}

/// Submodules that are used through their package but never imported (`scipy.special`
/// after `import scipy`): only where the error says so.
fn missing_imports(scene: &Scene<'_>) -> Change {
    let mut change = Change::default();
    let Some((package, submodule)) = missing_submodule(scene.error) else {
        return change;
    };
    if scene.environment.modules.contains(root_of(&package)) {
        change.imports.push(format!("import {package}.{submodule}"));
    }
    change
}

/// `module 'scipy' has no attribute 'special'`: package and submodule.
fn missing_submodule(error: &str) -> Option<(String, String)> {
    let rest = error.split("module '").nth(1)?;
    let (package, rest) = rest.split_once('\'')?;
    let rest = rest.strip_prefix(" has no attribute '")?;
    let (name, _) = rest.split_once('\'')?;
    const SUBMODULES: &[&str] = &[
        "scipy.cluster",
        "scipy.fft",
        "scipy.integrate",
        "scipy.interpolate",
        "scipy.io",
        "scipy.linalg",
        "scipy.ndimage",
        "scipy.optimize",
        "scipy.signal",
        "scipy.sparse",
        "scipy.spatial",
        "scipy.special",
        "scipy.stats",
        "sklearn.cluster",
        "sklearn.decomposition",
        "sklearn.ensemble",
        "sklearn.feature_extraction",
        "sklearn.linear_model",
        "sklearn.metrics",
        "sklearn.model_selection",
        "sklearn.neighbors",
        "sklearn.preprocessing",
        "sklearn.svm",
        "sklearn.tree",
        "xml.dom",
        "xml.etree",
        "xml.sax",
        "concurrent.futures",
        "importlib.util",
        "importlib.machinery",
        "urllib.parse",
        "urllib.request",
        "urllib.error",
        "email.utils",
        "email.mime",
        "logging.config",
        "logging.handlers",
        "os.path",
        "collections.abc",
        "html.parser",
        "http.client",
        "json.decoder",
        "matplotlib.pyplot",
        "matplotlib.cm",
        "multiprocessing.pool",
        "wsgiref.util",
        "unittest.mock",
        "curses.ascii",
        "numpy.lib",
        "encodings.idna",
    ];
    SUBMODULES
        .contains(&format!("{package}.{name}").as_str())
        .then(|| (package.to_owned(), name.to_owned()))
}

/// Whether rules move an import root away (`urllib2`, `cPickle`) to something that the
/// environment holds. A package whose names moved within it is not gone: without it, whatever
/// else is imported from it stays missing.
pub(crate) fn moves_root(root: &str, environment: &Environment) -> bool {
    let moves = || {
        LIBRARIES
            .iter()
            .flat_map(|library| library.moves)
            .filter(|entry| root_of(entry.from) == root)
    };
    let is_held =
        |new: &str| environment.modules.contains(new) || unitmill_python::is_builtin_name(new);
    moves().any(|entry| is_held(root_of(entry.to)))
        && moves().all(|entry| root_of(entry.to) != root)
}

/// The import roots that the environment lacks and that rules replace: a function that
/// imports one of these may be repaired.
pub fn movable_roots(environment: &Environment) -> BTreeSet<String> {
    let moves = LIBRARIES.iter().flat_map(|library| library.moves);
    moves
        .map(|entry| root_of(entry.from))
        .filter(|root| !environment.modules.contains(*root))
        .filter(|root| moves_root(root, environment))
        .map(str::to_owned)
        .collect()
}
