//! The text of a candidate: import lines, context. Slices the source; only import
//! statements that are not used whole are written anew.

use ruff_python_ast::Stmt;
use ruff_text_size::Ranged as _;

use crate::closure::{Closure, import_text};
use crate::fingerprint::FingerprintBuilder;
use crate::module::{Module, UnitKind};
use crate::scope::Import;

/// The imports and the context of a candidate while they are put together.
#[derive(Default)]
pub(crate) struct CandidateText {
    pub(crate) imports: String,
    pub(crate) context: String,
    /// The last piece of context was a block, which two empty lines set off.
    after_block: bool,
}

impl CandidateText {
    pub(crate) fn add_imports(
        &mut self,
        module: &Module<'_>,
        closure: &Closure<'_>,
        print: &mut FingerprintBuilder,
    ) {
        let mut lines: Vec<String> = Vec::new();
        // What a future import changes, it changes for the whole module.
        let mut wanted: Vec<(usize, u32)> = closure.imports.clone();
        for &unit in &module.futures {
            wanted.extend((0..module.units[unit].imports.len()).map(|index| (unit, index as u32)));
        }
        wanted.sort_unstable();
        wanted.dedup();
        for chosen in wanted.chunk_by(|a, b| a.0 == b.0) {
            let unit = &module.units[chosen[0].0];
            if unit.kind != UnitKind::Import {
                continue;
            }
            let imports: Vec<&Import<'_>> = chosen
                .iter()
                .map(|&(_, index)| &unit.imports[index as usize])
                .collect();
            imports.iter().for_each(|import| print.import(import));
            let line = if imports.len() == unit.imports.len() {
                module.source[unit.statement.range()].to_owned()
            } else {
                cut_down(&imports)
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let has_guarded = !closure.typing_imports.is_empty() || !closure.type_names.is_empty();
        if has_guarded
            && !lines
                .iter()
                .any(|line| line.contains("import TYPE_CHECKING"))
        {
            let line = "from typing import TYPE_CHECKING";
            print.import_line(line);
            lines.push(line.to_owned());
        }
        for line in lines {
            self.imports.push_str(&line);
            self.imports.push('\n');
        }
    }

    /// The `if TYPE_CHECKING:` blocks of a closure, cut down to what is used, and the one
    /// that imports what stays behind in its own module.
    pub(crate) fn guarded_imports(
        &self,
        module: &Module<'_>,
        closure: &Closure<'_>,
        own_module: Option<&str>,
    ) -> Vec<(usize, String)> {
        let mut blocks: Vec<(usize, String)> = Vec::new();
        for &(unit, index) in &closure.imports {
            let Stmt::If(condition) = module.units[unit].statement else {
                continue;
            };
            if blocks.last().is_none_or(|&(last, _)| last != unit) {
                let test = &module.source[condition.test.range()];
                blocks.push((unit, format!("if {test}:")));
            }
            if let Some((_, block)) = blocks.last_mut() {
                let import = &module.units[unit].imports[index as usize];
                block.push_str("\n    ");
                block.push_str(&import_text(import));
            }
        }
        for chosen in closure.typing_imports.chunk_by(|a, b| a.0 == b.0) {
            let mut block = "if TYPE_CHECKING:".to_owned();
            for &(unit, index) in chosen {
                block.push_str("\n    ");
                block.push_str(&import_text(&module.units[unit].imports[index as usize]));
            }
            blocks.push((chosen[0].0, block));
        }
        if let Some(own_module) = own_module
            && !closure.type_names.is_empty()
        {
            let names: Vec<&str> = closure.type_names.iter().copied().collect();
            let names = names.join(", ");
            blocks.push((
                0,
                format!("if TYPE_CHECKING:\n    from {own_module} import {names}"),
            ));
        }
        blocks.sort_by_key(|&(unit, _)| unit);
        blocks
    }

    /// A statement of the class that was begun last.
    pub(crate) fn add_member(&mut self, text: &str, is_set_off: bool) {
        if is_set_off && !self.context.trim_end().ends_with(':') {
            self.context.push('\n');
        }
        self.context.push_str(text);
        self.context.push('\n');
    }

    pub(crate) fn add_context(&mut self, text: &str, is_block: bool) {
        if !self.context.is_empty() && (is_block || self.after_block) {
            self.context.push_str("\n\n");
        }
        self.context.push_str(text);
        self.context.push('\n');
        self.after_block = is_block;
    }
}

/// An import statement of some of the names of another.
fn cut_down(imports: &[&Import<'_>]) -> String {
    let member = |import: &&Import<'_>| {
        let name = import.member.unwrap_or(import.module);
        import
            .alias
            .map_or_else(|| name.to_owned(), |alias| format!("{name} as {alias}"))
    };
    let names = imports.iter().map(member).collect::<Vec<_>>().join(", ");
    match imports.first() {
        Some(import) if import.member.is_some() => {
            let dots = ".".repeat(import.level as usize);
            format!("from {dots}{} import {names}", import.module)
        }
        _ => format!("import {names}"),
    }
}
