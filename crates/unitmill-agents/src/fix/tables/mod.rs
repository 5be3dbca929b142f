//! The fixer's knowledge, as data: what moved, went or changed its name, and when.
//!
//! A `gone` version is the first one without the old name; rules stay silent where the
//! environment is known to be older. `python` versions are written as the others.

mod graphics;
mod numpy;
mod pandas;
mod python2;
mod scipy;
mod sklearn;
mod stdlib;

pub(crate) use pandas::FREQUENCIES;

/// A qualified name that lives elsewhere now. Everything below `from` moves along, so a
/// module is one entry; the longest entry wins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    /// The old path, beginning with the import root.
    pub(crate) from: &'static str,
    /// The new path; without a dot and not a module, a builtin or an expression.
    pub(crate) to: &'static str,
    /// First version without the old name.
    pub(crate) gone: &'static str,
    /// First version that has a name of that spelling again; empty for none.
    pub(crate) back: &'static str,
}

/// A call of a qualified name, rewritten as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallRule {
    /// The old path.
    pub(crate) from: &'static str,
    /// How many positional arguments it must have.
    pub(crate) arguments: usize,
    /// The new expression: `{0}` an argument, `{0.}` an argument that something is called
    /// on, `{*}` the keywords and what follows the counted arguments, preceded by a comma.
    pub(crate) to: &'static str,
    /// Import that the new expression needs; empty for none.
    pub(crate) import: &'static str,
    /// First version without the old name.
    pub(crate) gone: &'static str,
}

/// A method or attribute of a value whose type is not known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MethodRule {
    /// The old name.
    pub(crate) name: &'static str,
    /// How many positional arguments a call must have; none: an attribute, called or not.
    pub(crate) arguments: Option<usize>,
    /// As [`CallRule::to`], with `{self}` and `{self.}`.
    pub(crate) to: &'static str,
    /// The error must hold this text; empty: the rule is safe without.
    pub(crate) error: &'static str,
    /// Import that the new expression needs; empty for none.
    pub(crate) import: &'static str,
}

/// What becomes of a keyword argument.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeywordChange {
    /// It has another name.
    Rename(&'static str),
    /// It is gone; what it did, if anything, is the tests' business.
    Drop,
    /// This value of it is gone, and what nothing says means now.
    DropOf(&'static str),
    /// A value of it has another spelling.
    Value(&'static str, &'static str),
    /// The whole argument reads differently.
    Replace(&'static str, &'static str),
}

/// A keyword argument that changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeywordRule {
    /// Last component of what is called; a leading dot: a method.
    pub(crate) callee: &'static str,
    /// The keyword.
    pub(crate) keyword: &'static str,
    /// What becomes of it.
    pub(crate) change: KeywordChange,
    /// First version that refuses the old form.
    pub(crate) gone: &'static str,
}

/// Everything known about one library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Library {
    /// Import root; `python` for the standard library and the language.
    pub(crate) root: &'static str,
    /// Name of its distribution.
    pub(crate) distribution: &'static str,
    pub(crate) moves: &'static [Move],
    pub(crate) calls: &'static [CallRule],
    pub(crate) methods: &'static [MethodRule],
    pub(crate) keywords: &'static [KeywordRule],
}

/// All libraries, in the order in which their rules are tried.
pub(crate) const LIBRARIES: &[Library] = &[
    stdlib::STDLIB,
    python2::PYTHON2,
    numpy::NUMPY,
    pandas::PANDAS,
    scipy::SCIPY,
    sklearn::SKLEARN,
    graphics::MATPLOTLIB,
    graphics::NETWORKX,
];

/// An entry of a table of moves.
const fn moved(from: &'static str, to: &'static str, gone: &'static str) -> Move {
    Move {
        from,
        to,
        gone,
        back: "",
    }
}

impl Move {
    /// The same entry, of a name that came back, for whatever it means then.
    const fn back_in(self, back: &'static str) -> Self {
        Self { back, ..self }
    }
}

/// An entry of a table of calls.
const fn call(
    from: &'static str,
    arguments: usize,
    to: &'static str,
    gone: &'static str,
) -> CallRule {
    CallRule {
        from,
        arguments,
        to,
        import: "",
        gone,
    }
}

/// An entry of a table of methods that needs the error to speak of it.
const fn method(
    name: &'static str,
    arguments: Option<usize>,
    to: &'static str,
    error: &'static str,
) -> MethodRule {
    MethodRule {
        name,
        arguments,
        to,
        error,
        import: "",
    }
}

/// An entry of a table of keywords.
const fn keyword(
    callee: &'static str,
    keyword: &'static str,
    change: KeywordChange,
    gone: &'static str,
) -> KeywordRule {
    KeywordRule {
        callee,
        keyword,
        change,
        gone,
    }
}

impl CallRule {
    /// The same rule with an import that the new expression needs.
    const fn with_import(self, import: &'static str) -> Self {
        Self { import, ..self }
    }
}

impl MethodRule {
    /// The same rule with an import that the new expression needs.
    const fn with_import(self, import: &'static str) -> Self {
        Self { import, ..self }
    }
}
