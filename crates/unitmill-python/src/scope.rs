//! Python's scope rules for one module-level statement: which module-level names it
//! binds, which it needs, what it imports. Never looks at another statement, so that
//! every statement is walked at most once, and only when it is needed.
//!
//! Scopes are kept as a stack of frames. Names used in a frame are resolved when the
//! frame ends, since a Python function knows its locals only then; what is left goes to
//! the next enclosing frame that can see it. Class frames are resolved name by name
//! instead, and are invisible from the functions inside them.

use ruff_python_ast::visitor::{
    Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt, walk_type_param,
};
use ruff_python_ast::{
    Alias, Comprehension, Decorator, ExceptHandler, Expr, ExprContext, Parameters, Pattern, Stmt,
    StmtClassDef, StmtFunctionDef, StmtIf, StmtTry, StringFlags as _, TypeParam, TypeParams,
};
use ruff_text_size::{TextRange, TextSize};

pub(crate) use crate::forms::{is_type_checking, root_name};
use crate::forms::{is_typing_form, last_name, names_error, only_says};
pub(crate) use crate::interning::{NameId, Names};

/// One imported name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import<'a> {
    /// `a.b` in `import a.b` and in `from a.b import c`; empty in `from . import c`.
    pub(crate) module: &'a str,
    /// `c` in `from a.b import c`.
    pub(crate) member: Option<&'a str>,
    /// The name after `as`.
    pub(crate) alias: Option<&'a str>,
    /// Leading dots.
    pub(crate) level: u32,
    /// It may fail, or is never executed: inside a `try` that catches `ImportError`, or
    /// under `if TYPE_CHECKING:`.
    pub(crate) optional: bool,
}

impl<'a> Import<'a> {
    pub(crate) fn root(&self) -> &'a str {
        self.module.split('.').next().unwrap_or(self.module)
    }

    pub(crate) fn is_star(&self) -> bool {
        self.member == Some("*")
    }

    /// It means nothing outside of its package, and the code needs it.
    pub(crate) fn is_local(&self) -> bool {
        self.level > 0 && !self.optional
    }

    /// The name that it binds.
    pub(crate) fn bound(&self) -> &'a str {
        self.alias.or(self.member).unwrap_or_else(|| self.root())
    }
}

/// The imports of an import statement, one per name; empty for other statements.
pub(crate) fn imports_of(statement: &Stmt) -> impl Iterator<Item = Import<'_>> {
    let (names, module, level): (&[Alias], _, _) = match statement {
        Stmt::Import(import) => (&import.names, None, 0),
        Stmt::ImportFrom(import) => (
            &import.names,
            Some(import.module.as_ref().map_or("", |module| module.as_str())),
            import.level,
        ),
        _ => (&[], None, 0),
    };
    names.iter().map(move |alias| Import {
        module: module.unwrap_or_else(|| alias.name.as_str()),
        member: module.map(|_| alias.name.as_str()),
        alias: alias.asname.as_ref().map(|name| name.as_str()),
        level,
        optional: false,
    })
}

/// A use of a name that the statement itself leaves to its module.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Use<'a> {
    pub(crate) name: NameId,
    /// Only when a function of the statement is called, not while the statement runs.
    pub(crate) deferred: bool,
    /// Only in an annotation that is never evaluated.
    pub(crate) soft: bool,
    /// Inside a `try` that catches `NameError`.
    pub(crate) guarded: bool,
    /// In a call, a decorator or a `with`: what it names may be run.
    pub(crate) called: bool,
    /// In an annotation, evaluated or not.
    pub(crate) annotation: bool,
    pub(crate) offset: TextSize,
    /// The name with all attributes taken from it (`np.linalg.norm`).
    pub(crate) chain: Option<&'a Expr>,
}

/// What a statement means for its module.
#[derive(Default, Debug)]
pub(crate) struct StatementScope<'a> {
    pub(crate) uses: Vec<Use<'a>>,
    /// Module-level names that it binds, with the import that binds them.
    pub(crate) bindings: Vec<(NameId, Option<u32>)>,
    /// Module-level names whose items or attributes it assigns.
    pub(crate) mutations: Vec<NameId>,
    /// Module-level names that functions inside it assign.
    pub(crate) global_writes: Vec<NameId>,
    /// All imports anywhere inside it.
    pub(crate) imports: Vec<Import<'a>>,
    /// Attribute chains that start at an import of one of its own functions.
    pub(crate) local_chains: Vec<(u32, &'a Expr)>,
    /// Calls at module level that only say or end something, in source order.
    pub(crate) muted: Vec<TextRange>,
    /// Names bound in class bodies: attributes, not locals.
    pub(crate) class_names: Vec<NameId>,
    /// Of the last function that ended: it returns a value.
    pub(crate) returns_value: bool,
    /// Of the last function that ended: it has a `yield` of its own.
    pub(crate) yields: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum FrameKind {
    Module,
    Function,
    Lambda,
    Comprehension,
    Class,
    TypeParameters,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Declaration {
    Global,
    Nonlocal,
}

struct Frame<'a> {
    kind: FrameKind,
    uses: Vec<Use<'a>>,
    bound: Vec<(NameId, Option<u32>)>,
    declared: Vec<(NameId, Declaration)>,
    returns_value: bool,
    yields: bool,
}

#[derive(Clone, Copy)]
enum Fate {
    Local(Option<u32>),
    Declared(Declaration),
}

/// Walks statements; reused for all of a module.
pub(crate) struct ScopeWalker<'a> {
    pub(crate) names: Names<'a>,
    source: &'a str,
    future_annotations: bool,
    frames: Vec<Frame<'a>>,
    spare: Vec<Frame<'a>>,
    /// What the frame that is ending says about a name, stamped with its serial number.
    fates: Vec<(u32, Fate)>,
    serial: u32,
    current: StatementScope<'a>,
    soft: u32,
    guarded: u32,
    called: u32,
    /// Inside of what may fail to import, or is there for type checkers only.
    optional: u32,
    annotation: bool,
}

impl<'a> ScopeWalker<'a> {
    pub(crate) fn new(source: &'a str, future_annotations: bool) -> Self {
        Self {
            names: Names::default(),
            source,
            future_annotations,
            frames: Vec::new(),
            spare: Vec::new(),
            fates: Vec::new(),
            serial: 0,
            current: StatementScope::default(),
            soft: 0,
            guarded: 0,
            called: 0,
            optional: 0,
            annotation: false,
        }
    }

    /// Walks one module-level statement.
    pub(crate) fn walk(&mut self, statement: &'a Stmt) -> StatementScope<'a> {
        self.push(FrameKind::Module);
        self.visit_stmt(statement);
        self.finish()
    }

    /// Walks some statements of a module-level class as if they were all of its body.
    pub(crate) fn walk_class(
        &mut self,
        class: &'a StmtClassDef,
        members: &[usize],
    ) -> StatementScope<'a> {
        self.push(FrameKind::Module);
        self.class(class, Some(members));
        self.finish()
    }

    /// Walks one module-level expression.
    pub(crate) fn walk_expression(&mut self, expression: &'a Expr) -> StatementScope<'a> {
        self.push(FrameKind::Module);
        self.visit_expr(expression);
        self.finish()
    }

    fn finish(&mut self) -> StatementScope<'a> {
        let mut module = self
            .frames
            .pop()
            .expect("the module's frame is on the stack");
        let mut scope = std::mem::take(&mut self.current);
        scope.uses.append(&mut module.uses);
        scope.bindings.append(&mut module.bound);
        self.spare.push(module);
        scope
    }

    fn push(&mut self, kind: FrameKind) {
        let mut frame = self.spare.pop().unwrap_or_else(|| Frame {
            kind,
            uses: Vec::new(),
            bound: Vec::new(),
            declared: Vec::new(),
            returns_value: false,
            yields: false,
        });
        frame.kind = kind;
        frame.returns_value = false;
        frame.yields = false;
        self.frames.push(frame);
    }

    fn frame(&mut self) -> &mut Frame<'a> {
        self.frames.last_mut().expect("a frame is on the stack")
    }

    fn pop(&mut self) {
        let mut frame = self.frames.pop().expect("a pushed frame is on the stack");
        if frame.kind == FrameKind::Class {
            self.current
                .class_names
                .extend(frame.bound.iter().map(|&(name, _)| name));
            frame.bound.clear();
            frame.declared.clear();
        }
        if frame.kind == FrameKind::Function {
            self.current.returns_value = frame.returns_value;
            self.current.yields = frame.yields;
        }
        self.serial += 1;
        self.fates.resize(self.names.len(), (0, Fate::Local(None)));
        for &(name, declaration) in &frame.declared {
            self.fates[name.index()] = (self.serial, Fate::Declared(declaration));
        }
        for &(name, import) in &frame.bound {
            let fate = &mut self.fates[name.index()];
            match *fate {
                (serial, Fate::Declared(declaration)) if serial == self.serial => {
                    if declaration == Declaration::Global {
                        self.current.global_writes.push(name);
                    }
                }
                (serial, Fate::Local(Some(_))) if serial == self.serial && import.is_none() => {}
                _ => *fate = (self.serial, Fate::Local(import)),
            }
        }
        let defers = matches!(frame.kind, FrameKind::Function | FrameKind::Lambda);
        let outer = if frame.kind == FrameKind::TypeParameters {
            self.frames.len() - 1
        } else {
            self.frames
                .iter()
                .rposition(|outer| outer.kind != FrameKind::Class)
                .expect("the module's frame is on the stack")
        };
        for mut used in frame.uses.drain(..) {
            used.deferred |= defers;
            match self.fates[used.name.index()] {
                (serial, Fate::Local(import)) if serial == self.serial => {
                    if let (Some(import), Some(chain)) = (import, used.chain) {
                        self.current.local_chains.push((import, chain));
                    }
                }
                (serial, Fate::Declared(Declaration::Global)) if serial == self.serial => {
                    self.frames[0].uses.push(used);
                }
                _ => {
                    let outer = &mut self.frames[outer];
                    let resolved = outer.kind == FrameKind::Class
                        && outer.bound.iter().any(|&(name, _)| name == used.name);
                    if !resolved {
                        outer.uses.push(used);
                    }
                }
            }
        }
        frame.bound.clear();
        frame.declared.clear();
        self.spare.push(frame);
    }

    fn load(&mut self, text: &'a str, offset: TextSize, chain: Option<&'a Expr>) {
        let name = self.names.intern(text);
        let used = Use {
            name,
            deferred: false,
            soft: self.soft > 0,
            guarded: self.guarded > 0,
            called: self.called > 0,
            annotation: self.annotation,
            offset,
            chain,
        };
        let frame = self.frame();
        if frame.kind == FrameKind::Class && frame.bound.iter().any(|&(bound, _)| bound == name) {
            return;
        }
        frame.uses.push(used);
    }

    fn bind(&mut self, text: &'a str, import: Option<u32>) {
        let name = self.names.intern(text);
        self.frame().bound.push((name, import));
    }

    fn import(&mut self, statement: &'a Stmt) {
        for mut import in imports_of(statement) {
            import.optional = self.optional > 0;
            let index = self.current.imports.len() as u32;
            self.current.imports.push(import);
            if !import.is_star() {
                self.bind(import.bound(), Some(index));
            }
        }
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        self.decorators(&function.decorator_list);
        self.defaults(&function.parameters);
        self.type_parameters(function.type_params.as_deref());
        let eager = !self.future_annotations;
        for parameter in function.parameters.iter() {
            if let Some(annotation) = parameter.annotation() {
                self.annotation(annotation, eager);
            }
        }
        if let Some(returns) = &function.returns {
            self.annotation(returns, eager);
        }
        self.push(FrameKind::Function);
        self.parameters(&function.parameters);
        self.visit_body(&function.body);
        self.pop();
        if function.type_params.is_some() {
            self.pop();
        }
        self.bind(&function.name, None);
    }

    fn class(&mut self, class: &'a StmtClassDef, members: Option<&[usize]>) {
        self.decorators(&class.decorator_list);
        self.type_parameters(class.type_params.as_deref());
        if let Some(arguments) = &class.arguments {
            for base in &arguments.args {
                self.visit_expr(base);
            }
            // A metaclass makes the class.
            self.called += 1;
            for keyword in &arguments.keywords {
                self.visit_expr(&keyword.value);
            }
            self.called -= 1;
        }
        self.push(FrameKind::Class);
        match members {
            Some(members) => members
                .iter()
                .for_each(|&member| self.visit_stmt(&class.body[member])),
            None => self.visit_body(&class.body),
        }
        self.pop();
        if class.type_params.is_some() {
            self.pop();
        }
        self.bind(&class.name, None);
    }

    fn decorators(&mut self, decorators: &'a [Decorator]) {
        self.called += 1;
        for decorator in decorators {
            self.visit_expr(&decorator.expression);
        }
        self.called -= 1;
    }

    fn defaults(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters.iter() {
            self.bind(parameter.name(), None);
        }
    }

    fn type_parameters(&mut self, parameters: Option<&'a TypeParams>) {
        if let Some(parameters) = parameters {
            self.push(FrameKind::TypeParameters);
            for parameter in &parameters.type_params {
                self.visit_type_param(parameter);
            }
        }
    }

    fn annotation(&mut self, annotation: &'a Expr, eager: bool) {
        let outside = std::mem::replace(&mut self.annotation, true);
        self.soft += u32::from(!eager);
        self.visit_expr(annotation);
        self.soft -= u32::from(!eager);
        self.annotation = outside;
    }

    /// The names in an annotation that is a string. Quoted parts inside it are literals.
    fn string_annotation(&mut self, offset: TextSize, length: usize) {
        let start = offset.to_usize();
        let text: &'a str = &self.source[start..start + length];
        self.soft += 1;
        let mut previous = ' ';
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if first.is_alphabetic() || first == '_' {
                let end = rest
                    .find(|character: char| !(character.is_alphanumeric() || character == '_'))
                    .unwrap_or(rest.len());
                let word = &rest[..end];
                if previous != '.' && !matches!(word, "or" | "and" | "not" | "if" | "else" | "in") {
                    self.load(word, offset, None);
                }
                rest = &rest[end..];
                previous = 'a';
            } else if matches!(first, '\'' | '"') {
                let inner = &rest[1..];
                rest = inner.find(first).map_or("", |end| &inner[end + 1..]);
                previous = first;
            } else if first.is_ascii_digit() {
                rest = rest.trim_start_matches(|character: char| character.is_alphanumeric());
                previous = first;
            } else {
                if !first.is_whitespace() {
                    previous = first;
                }
                rest = &rest[first.len_utf8()..];
            }
        }
        self.soft -= 1;
    }

    fn comprehension(&mut self, generators: &'a [Comprehension], elements: [Option<&'a Expr>; 2]) {
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.push(FrameKind::Comprehension);
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.visit_expr(&generator.iter);
            }
            self.visit_expr(&generator.target);
            for condition in &generator.ifs {
                self.visit_expr(condition);
            }
        }
        for element in elements.into_iter().flatten() {
            self.visit_expr(element);
        }
        self.pop();
    }

    fn try_statement(&mut self, statement: &'a StmtTry) {
        let catches = |error: fn(&str) -> bool| {
            u32::from(statement.handlers.iter().any(|handler| {
                let ExceptHandler::ExceptHandler(handler) = handler;
                match handler.type_.as_deref() {
                    Some(handled) => names_error(handled, error),
                    None => error("BaseException"),
                }
            }))
        };
        let guards = catches(|name| matches!(name, "NameError" | "UnboundLocalError"));
        let imports = catches(|name| {
            matches!(
                name,
                "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException"
            )
        });
        self.guarded += guards;
        self.optional += imports;
        self.visit_body(&statement.body);
        self.optional -= imports;
        self.guarded -= guards;
        for handler in &statement.handlers {
            self.visit_except_handler(handler);
        }
        self.visit_body(&statement.orelse);
        self.visit_body(&statement.finalbody);
    }

    /// `if TYPE_CHECKING:` is never entered.
    fn type_checking(&mut self, statement: &'a StmtIf) {
        self.visit_expr(&statement.test);
        self.soft += 1;
        self.optional += 1;
        self.visit_body(&statement.body);
        self.optional -= 1;
        self.soft -= 1;
        for clause in &statement.elif_else_clauses {
            self.visit_elif_else_clause(clause);
        }
    }

    /// Item and attribute assignments at module level change what a name holds.
    fn note_mutation(&mut self, target: &'a Expr) {
        if self.frames.len() > 1 {
            return;
        }
        if let Expr::Subscript(_) | Expr::Attribute(_) = target
            && let Some(root) = root_name(target)
        {
            let name = self.names.intern(root);
            self.current.mutations.push(name);
        }
    }
}

impl<'a> Visitor<'a> for ScopeWalker<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => self.class(class, None),
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.import(statement),
            Stmt::Global(global) => {
                for name in &global.names {
                    let name = self.names.intern(name.as_str());
                    self.frame().declared.push((name, Declaration::Global));
                }
            }
            Stmt::Nonlocal(nonlocal) => {
                for name in &nonlocal.names {
                    let name = self.names.intern(name.as_str());
                    self.frame().declared.push((name, Declaration::Nonlocal));
                }
            }
            Stmt::Return(returned) => {
                if let Some(value) = &returned.value {
                    if !value.is_none_literal_expr() {
                        self.frame().returns_value = true;
                    }
                    self.visit_expr(value);
                }
            }
            Stmt::Assign(assign) => {
                assign
                    .targets
                    .iter()
                    .for_each(|target| self.note_mutation(target));
                walk_stmt(self, statement);
            }
            Stmt::AugAssign(assign) => {
                self.note_mutation(&assign.target);
                if let Expr::Name(name) = &*assign.target {
                    self.load(&name.id, name.range.start(), None);
                }
                walk_stmt(self, statement);
            }
            Stmt::AnnAssign(assign) => {
                let in_function = self
                    .frames
                    .iter()
                    .any(|frame| matches!(frame.kind, FrameKind::Function | FrameKind::Lambda))
                    && self.frame().kind != FrameKind::Class;
                self.annotation(&assign.annotation, !self.future_annotations && !in_function);
                if let Some(value) = &assign.value {
                    // The value of an alias is a type, and strings in it name types.
                    let outside = self.annotation;
                    self.annotation = last_name(&assign.annotation) == Some("TypeAlias");
                    self.visit_expr(value);
                    self.annotation = outside;
                }
                // Without a value a name is declared, not bound; that still makes it a
                // local of a function.
                if assign.value.is_some() || in_function || !assign.target.is_name_expr() {
                    self.visit_expr(&assign.target);
                }
            }
            Stmt::Delete(delete) => {
                for target in &delete.targets {
                    match target {
                        Expr::Name(name) => {
                            if matches!(self.frame().kind, FrameKind::Function) {
                                self.bind(&name.id, None);
                            }
                        }
                        _ => self.visit_expr(target),
                    }
                }
            }
            Stmt::TypeAlias(alias) => {
                self.type_parameters(alias.type_params.as_deref());
                // Evaluated on demand, as a function's body is.
                self.push(FrameKind::Lambda);
                self.visit_expr(&alias.value);
                self.pop();
                if alias.type_params.is_some() {
                    self.pop();
                }
                self.visit_expr(&alias.name);
            }
            Stmt::Expr(expression) if self.frames.len() == 1 && only_says(&expression.value) => {
                self.current.muted.push(expression.range);
            }
            Stmt::Try(statement) => self.try_statement(statement),
            Stmt::If(condition) if is_type_checking(&condition.test) => {
                self.type_checking(condition);
            }
            Stmt::With(with) => {
                self.called += 1;
                for item in &with.items {
                    self.visit_with_item(item);
                }
                self.called -= 1;
                self.visit_body(&with.body);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(clause) = handler;
        if let Some(name) = &clause.name {
            self.bind(name, None);
        }
        walk_except_handler(self, handler);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        let name = match parameter {
            TypeParam::TypeVar(variable) => &variable.name,
            TypeParam::TypeVarTuple(variable) => &variable.name,
            TypeParam::ParamSpec(variable) => &variable.name,
        };
        self.bind(name, None);
        walk_type_param(self, parameter);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name, None);
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => match name.ctx {
                ExprContext::Store => self.bind(&name.id, None),
                _ => self.load(&name.id, name.range.start(), Some(expression)),
            },
            Expr::Attribute(attribute) => {
                let mut root = &*attribute.value;
                while let Expr::Attribute(inner) = root {
                    root = &inner.value;
                }
                if let Expr::Name(name) = root {
                    self.load(&name.id, name.range.start(), Some(expression));
                } else {
                    self.visit_expr(root);
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.defaults(parameters);
                }
                self.push(FrameKind::Lambda);
                if let Some(parameters) = &lambda.parameters {
                    self.parameters(parameters);
                }
                self.visit_expr(&lambda.body);
                self.pop();
            }
            Expr::ListComp(list) => self.comprehension(&list.generators, [Some(&list.elt), None]),
            Expr::SetComp(set) => self.comprehension(&set.generators, [Some(&set.elt), None]),
            Expr::Generator(generator) => {
                self.comprehension(&generator.generators, [Some(&generator.elt), None]);
            }
            Expr::DictComp(dict) => {
                self.comprehension(&dict.generators, [dict.key.as_deref(), Some(&dict.value)]);
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                if let Expr::Name(name) = &*named.target {
                    let id = self.names.intern(&name.id);
                    let holder = self
                        .frames
                        .iter_mut()
                        .rev()
                        .find(|frame| frame.kind != FrameKind::Comprehension)
                        .expect("the module's frame is on the stack");
                    holder.bound.push((id, None));
                }
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => {
                self.frame().yields = true;
                walk_expr(self, expression);
            }
            Expr::StringLiteral(literal) => {
                if self.annotation {
                    for part in &literal.value {
                        let opener = part.flags.opener_len().to_usize();
                        let start = part.range.start().to_usize() + opener;
                        let end = part.range.end().to_usize() - part.flags.closer_len().to_usize();
                        self.string_annotation(
                            TextSize::new(start as u32),
                            end.saturating_sub(start),
                        );
                    }
                }
            }
            Expr::Subscript(subscript) if self.annotation => {
                self.visit_expr(&subscript.value);
                let is_literal = match &*subscript.value {
                    Expr::Name(name) => name.id.as_str() == "Literal",
                    Expr::Attribute(attribute) => attribute.attr.as_str() == "Literal",
                    _ => false,
                };
                self.annotation = !is_literal;
                self.visit_expr(&subscript.slice);
                self.annotation = true;
            }
            Expr::Call(_) if self.annotation => {
                // Arguments of calls inside annotations are values.
                self.annotation = false;
                walk_expr(self, expression);
                self.annotation = true;
            }
            Expr::Subscript(subscript) if is_typing_form(&subscript.value) => {
                self.visit_expr(&subscript.value);
                self.annotation = true;
                self.visit_expr(&subscript.slice);
                self.annotation = false;
            }
            Expr::Call(call) => {
                self.called += 1;
                // `cast("Name", …)`, `TypeVar("T", bound="Name")`
                let types = match last_name(&call.func) {
                    Some("cast") => call.arguments.args.first(),
                    Some("TypeVar") => call
                        .arguments
                        .find_keyword("bound")
                        .map(|bound| &bound.value),
                    _ => None,
                };
                if let Some(types) = types.filter(|types| types.is_string_literal_expr()) {
                    self.annotation = true;
                    self.visit_expr(types);
                    self.annotation = false;
                }
                walk_expr(self, expression);
                self.called -= 1;
            }
            Expr::NumberLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::EllipsisLiteral(_) => {}
            _ => walk_expr(self, expression),
        }
    }
}
