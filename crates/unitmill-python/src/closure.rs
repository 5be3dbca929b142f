//! What a function leans on: the transitive closure of module-level names, as a set of
//! units and imported names. Never renders text, and never decides whether a function is
//! wanted.

use std::collections::BTreeSet;

use crate::known_names::is_standard_module;
use crate::module::{Binding, Module, UnitKind};
use crate::scope::{Import, NameId, root_name};

/// The closure of one function.
#[derive(Default, Debug)]
pub(crate) struct Closure<'a> {
    /// Units that travel whole, sorted, the function's own left out.
    pub(crate) units: Vec<usize>,
    /// Imported names that travel: unit and index among its imports, sorted.
    pub(crate) imports: Vec<(usize, u32)>,
    /// Imports, relative ones as a rule, of names that only annotations use that are never
    /// evaluated.
    pub(crate) typing_imports: Vec<(usize, u32)>,
    /// Names of the module itself that only such annotations use, and that stay behind.
    pub(crate) type_names: BTreeSet<&'a str>,
    /// Something travels that only such annotations use.
    pub(crate) names_types: bool,
    /// Names that nothing defines.
    pub(crate) unresolved: BTreeSet<&'a str>,
    /// Imports that cannot travel, as written.
    pub(crate) local_imports: BTreeSet<String>,
    /// Import roots that its code uses.
    pub(crate) roots: BTreeSet<&'a str>,
    /// Import roots in the text that are not in `roots`: alternatives of a `try`.
    pub(crate) alternatives: BTreeSet<&'a str>,
    /// A helper needs the function while the module is still loading.
    pub(crate) needs_itself: bool,
    /// A helper needs the function at some time.
    pub(crate) is_needed: bool,
}

/// What becomes of names that only annotations use which are never evaluated.
#[derive(Clone, Copy)]
pub(crate) enum TypeNames<'e> {
    /// What they name travels like everything else.
    Travel,
    /// Definitions of the module stay behind, and so do imports of what an environment, if
    /// there is one, does not hold.
    Stay(Option<&'e BTreeSet<String>>),
}

/// Finds closures; reused for all functions of a module.
pub(crate) struct ClosureFinder {
    /// The serial number of the closure that last reached a unit, or a name.
    unit_marks: Vec<u32>,
    name_marks: Vec<u32>,
    serial: u32,
}

struct Search<'m, 'a> {
    module: &'m mut Module<'a>,
    finder: &'m mut ClosureFinder,
    subject: NameId,
    start: usize,
    types: TypeNames<'m>,
    closure: Closure<'a>,
    subject_is_needed: bool,
}

impl ClosureFinder {
    pub(crate) fn new() -> Self {
        Self {
            unit_marks: Vec::new(),
            name_marks: Vec::new(),
            serial: 0,
        }
    }

    /// The closure of the function that unit `start` defines.
    pub(crate) fn find<'a>(
        &mut self,
        module: &mut Module<'a>,
        subject: NameId,
        start: usize,
        types: TypeNames<'_>,
    ) -> Closure<'a> {
        self.serial += 1;
        self.unit_marks.resize(module.units.len(), 0);
        self.unit_marks[start] = self.serial;
        let mut search = Search {
            module,
            finder: self,
            subject,
            start,
            types,
            closure: Closure::default(),
            subject_is_needed: false,
        };
        search.expand(start);
        search.follow();
        if search.subject_is_needed {
            search.closure.is_needed = true;
            search.closure.needs_itself = search.needs_itself();
        }
        let mut closure = search.closure;
        closure.units.sort_unstable();
        closure.imports.sort_unstable();
        closure.imports.dedup();
        closure.typing_imports.sort_unstable();
        closure.typing_imports.dedup();
        let Closure {
            type_names, units, ..
        } = &mut closure;
        type_names.retain(|name| {
            let travels = |binding: &Binding| units.binary_search(&binding.unit).is_ok();
            module
                .walker
                .names
                .find(name)
                .is_some_and(|name| !module.bindings(name).iter().any(travels))
        });
        find_roots(module, start, &mut closure);
        closure
    }
}

impl<'a> Search<'_, 'a> {
    /// Follows the units reached until nothing new turns up.
    fn follow(&mut self) {
        let mut next = 0;
        while next < self.closure.units.len() {
            let unit = self.closure.units[next];
            self.expand(unit);
            next += 1;
        }
    }

    fn expand(&mut self, unit: usize) {
        let scope = self.module.scope(unit);
        for import in &scope.scope.imports {
            if import.is_local() {
                self.closure.local_imports.insert(import_text(import));
            }
        }
        let count = scope.needs.len();
        for index in 0..count {
            let need = self.module.scope(unit).needs[index];
            if need.name == self.subject {
                self.subject_is_needed |= unit != self.start;
                continue;
            }
            let resolved = self.resolve(need.name, unit, need.soft);
            // An annotation that is never evaluated may name what it likes.
            if !resolved && !need.guarded && !need.soft {
                self.closure
                    .unresolved
                    .insert(self.module.walker.names.text(need.name));
            }
        }
    }

    /// Whether a name is needed for the first time, or for the first time in earnest.
    fn mark_name(&mut self, name: NameId, soft: bool) -> bool {
        let marks = &mut self.finder.name_marks;
        if marks.len() <= name.index() {
            marks.resize(self.module.walker.names.len().max(name.index() + 1), 0);
        }
        let mark = self.finder.serial * 2 + u32::from(!soft);
        let is_new = marks[name.index()] < mark;
        if is_new {
            marks[name.index()] = mark;
        }
        is_new
    }

    /// Brings in whatever defines a name. False if nothing does.
    fn resolve(&mut self, name: NameId, user: usize, soft: bool) -> bool {
        if !self.mark_name(name, soft) {
            return true;
        }
        let mut chosen = self.defining(name, soft);
        if chosen.is_empty() && !self.module.stars.is_empty() && self.module.bind_from_star(name) {
            chosen = self.defining(name, soft);
        }
        if chosen.is_empty() {
            let written = self
                .module
                .known_scope(user)
                .is_some_and(|scope| scope.scope.global_writes.contains(&name));
            let resolved = written || self.module.is_builtin(name);
            if !resolved {
                // Whether that matters is for each of its users to say.
                self.finder.name_marks[name.index()] = 0;
            }
            return resolved;
        }
        for binding in chosen {
            match self.module.units[binding.unit].kind {
                UnitKind::Import | UnitKind::TypeChecking => {
                    let Some(index) = binding.import else {
                        continue;
                    };
                    let is_typing = self.module.units[binding.unit].kind == UnitKind::TypeChecking;
                    let import = self.module.import(binding);
                    if !is_typing
                        && let Some(import) = import
                        && import.level > 0
                    {
                        if soft {
                            self.closure.typing_imports.push((binding.unit, index));
                        } else {
                            self.closure.local_imports.insert(import_text(&import));
                        }
                        continue;
                    }
                    if !is_typing
                        && soft
                        && let Some(import) = import
                    {
                        if self.stays(&import) {
                            self.closure.typing_imports.push((binding.unit, index));
                            self.closure.alternatives.insert(import.root());
                            continue;
                        }
                        self.closure.names_types = true;
                    }
                    self.closure.imports.push((binding.unit, index));
                    if is_typing {
                        self.reach_test(binding.unit);
                    }
                }
                kind => {
                    if soft && kind != UnitKind::TypeBlock {
                        if let TypeNames::Stay(_) = self.types {
                            let name = self.module.walker.names.text(name);
                            self.closure.type_names.insert(name);
                            continue;
                        }
                        self.closure.names_types = true;
                    }
                    self.reach(binding.unit);
                }
            }
        }
        true
    }

    /// Whether an import that only annotations use is left to type checkers.
    fn stays(&self, import: &Import<'_>) -> bool {
        match self.types {
            TypeNames::Stay(Some(importable)) => !importable.contains(import.root()),
            TypeNames::Stay(None) | TypeNames::Travel => false,
        }
    }

    fn reach(&mut self, unit: usize) {
        if self.finder.unit_marks[unit] != self.finder.serial {
            self.finder.unit_marks[unit] = self.finder.serial;
            self.closure.units.push(unit);
        }
    }

    /// The names of an `if TYPE_CHECKING:` test.
    fn reach_test(&mut self, unit: usize) {
        if self.finder.unit_marks[unit] != self.finder.serial {
            self.finder.unit_marks[unit] = self.finder.serial;
            let needs = self.module.scope(unit).needs.clone();
            for need in needs {
                self.resolve(need.name, unit, false);
            }
        }
    }

    /// The bindings of a name that travel when it is needed.
    fn defining(&mut self, name: NameId, soft: bool) -> Vec<Binding> {
        let all = self.module.bindings(name);
        if all.is_empty() {
            return Vec::new();
        }
        let kind = |binding: &Binding| self.module.units[binding.unit].kind;
        let is_whole = |binding: &Binding| {
            !binding.mutation
                && !matches!(
                    kind(binding),
                    UnitKind::Never | UnitKind::TypeChecking | UnitKind::TypeBlock
                )
        };
        if !all.iter().any(is_whole) {
            return all
                .iter()
                .filter(|binding| {
                    soft && matches!(kind(binding), UnitKind::TypeChecking | UnitKind::TypeBlock)
                })
                .take(1)
                .copied()
                .collect();
        }
        let is_import_only = all
            .iter()
            .filter(|binding| is_whole(binding))
            .all(|binding| kind(binding) == UnitKind::Import);
        let mut chosen: Vec<Binding> = all
            .iter()
            .filter(|binding| {
                is_whole(binding)
                    || (binding.mutation && !is_import_only && kind(binding) != UnitKind::Never)
            })
            .copied()
            .collect();
        // Of several plain definitions the last replaces the others, unless it is made
        // from them.
        let is_definition = |binding: &Binding| {
            binding.mutation || self.module.units[binding.unit].kind == UnitKind::Definition
        };
        let last = chosen.iter().rposition(|binding| !binding.mutation);
        if let Some(last) = last
            && last > 0
            && chosen.iter().all(is_definition)
        {
            let mentions = self
                .module
                .scope(chosen[last].unit)
                .needs
                .iter()
                .any(|need| need.name == name && need.eager);
            if !mentions {
                chosen.drain(..last);
            }
        }
        chosen
    }

    /// Whether some unit of the closure runs the function while the module loads: the
    /// function comes last, so that cannot work.
    fn needs_itself(&mut self) -> bool {
        let members: BTreeSet<usize> = self.closure.units.iter().copied().collect();
        let mut called: Vec<NameId> = Vec::new();
        for &unit in &members {
            for need in &self.module.scope(unit).needs {
                if need.eager && need.name == self.subject {
                    return true;
                }
                if need.called {
                    called.push(need.name);
                }
            }
        }
        // What is run while the module loads may run whatever it names.
        let mut seen: BTreeSet<NameId> = BTreeSet::new();
        let mut running: BTreeSet<usize> = BTreeSet::new();
        while let Some(name) = called.pop() {
            if name == self.subject {
                return true;
            }
            if !seen.insert(name) {
                continue;
            }
            let units: Vec<usize> = self
                .module
                .bindings(name)
                .iter()
                .map(|binding| binding.unit)
                .filter(|unit| members.contains(unit))
                .collect();
            for unit in units {
                if running.insert(unit) {
                    let needs = &self.module.scope(unit).needs;
                    called.extend(needs.iter().filter(|need| !need.soft).map(|need| need.name));
                }
            }
        }
        false
    }
}

/// The import roots of a closure: those in use, and the alternatives that a `try` around
/// imports offers to a module of the standard library.
fn find_roots<'a>(module: &Module<'a>, start: usize, closure: &mut Closure<'a>) {
    for &(unit, index) in &closure.imports {
        let import = module.units[unit].imports[index as usize];
        closure.roots.insert(import.root());
    }
    for &unit in closure.units.iter().chain([&start]) {
        let Some(scope) = module.known_scope(unit) else {
            continue;
        };
        let roots = &scope.roots;
        let offers_alternatives = module.units[unit].statement.is_try_stmt()
            && roots.iter().any(|root| is_standard_module(root));
        for &root in roots {
            if offers_alternatives && !is_standard_module(root) {
                closure.alternatives.insert(root);
            } else {
                closure.roots.insert(root);
            }
        }
    }
    for list in [&mut closure.roots, &mut closure.alternatives] {
        list.remove("__future__");
        list.remove("");
    }
    closure
        .alternatives
        .retain(|root| !closure.roots.contains(root));
}

/// Qualified names of what a unit takes from the modules it imports, sorted, each once.
pub(crate) fn library_names(module: &Module<'_>, unit: usize) -> Vec<String> {
    let mut found = BTreeSet::new();
    for_each_library_name(module, unit, |name, _| {
        found.insert(name);
    });
    found.into_iter().collect()
}

/// Hands over the qualified name of every use of an imported module by a unit, and whether
/// it stands in an annotation.
pub(crate) fn for_each_library_name(
    module: &Module<'_>,
    unit: usize,
    mut work: impl FnMut(String, bool),
) {
    let Some(scope) = module.known_scope(unit) else {
        return;
    };
    for used in &scope.scope.uses {
        let Some(chain) = used.chain else { continue };
        let import = module
            .bindings(used.name)
            .iter()
            .filter_map(|&binding| module.import(binding))
            .next_back();
        if let Some(name) = import.and_then(|import| qualified(&import, chain)) {
            work(name, used.annotation);
        }
    }
    for &(index, chain) in &scope.scope.local_chains {
        if let Some(name) = qualified(&scope.scope.imports[index as usize], chain) {
            work(name, false);
        }
    }
}

/// `np.linalg.norm` under `import numpy as np` is `numpy.linalg.norm`. A module alone is
/// not a use of anything.
fn qualified(import: &Import<'_>, chain: &ruff_python_ast::Expr) -> Option<String> {
    use ruff_python_ast::Expr;
    if import.level > 0 || import.module == "__future__" {
        return None;
    }
    let mut attributes = Vec::new();
    let mut expression = chain;
    while let Expr::Attribute(attribute) = expression {
        attributes.push(attribute.attr.as_str());
        expression = &attribute.value;
    }
    debug_assert!(root_name(chain).is_some());
    let base = match (import.member, import.alias) {
        (Some(member), _) => format!("{}.{member}", import.module),
        (None, Some(_)) => import.module.to_owned(),
        (None, None) => import.root().to_owned(),
    };
    if import.member.is_none() && attributes.is_empty() {
        return None;
    }
    Some(
        attributes
            .into_iter()
            .rev()
            .fold(base, |name, attribute| name + "." + attribute),
    )
}

/// An import of one name, as a statement.
pub(crate) fn import_text(import: &Import<'_>) -> String {
    let dots = ".".repeat(import.level as usize);
    let alias = import
        .alias
        .map_or_else(String::new, |alias| format!(" as {alias}"));
    match import.member {
        Some(member) => format!("from {dots}{} import {member}{alias}", import.module),
        None => format!("import {}{alias}", import.module),
    }
}
