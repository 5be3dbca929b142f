//! A canonical form of statements: what is left of the syntax tree when layout, comments,
//! docstrings and the names of locals are gone. Two texts that serialise alike do the
//! same, given the same surroundings. Never meant to be read back.
//!
//! Every node starts with a tag and every list with its length, so that no two trees
//! share a serialisation.

use ruff_python_ast::{
    Arguments, Comprehension, ConversionFlag, Decorator, ExceptHandler, Expr, FStringPart,
    InterpolatedStringElement, Number, Parameter, Parameters, Pattern, Singleton, Stmt,
    StmtClassDef, StmtFunctionDef, TypeParam, TypeParams,
};
use rustc_hash::FxHashMap;

use crate::forms::{is_text, without_docstring};

/// Serialises statements of one unit.
pub(crate) struct Canonical<'a, K: Fn(&str) -> bool> {
    bytes: Vec<u8>,
    /// Whether a name means something outside the functions of the unit.
    keeps: K,
    /// The name of the function that the fingerprint is about.
    subject: &'a str,
    locals: FxHashMap<&'a str, u32>,
    annotations: bool,
}

impl<'a, K: Fn(&str) -> bool> Canonical<'a, K> {
    /// Writes into `bytes`, whatever they held.
    pub(crate) fn new(subject: &'a str, mut bytes: Vec<u8>, keeps: K) -> Self {
        bytes.clear();
        Self {
            bytes,
            keeps,
            subject,
            locals: FxHashMap::default(),
            annotations: true,
        }
    }

    /// The same, blind to annotations of parameters, results and variables.
    pub(crate) fn without_annotations(self) -> Self {
        Self {
            annotations: false,
            ..self
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }

    fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }

    fn count(&mut self, count: usize) {
        self.bytes.extend((count as u32).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend(text.as_bytes());
    }

    fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    fn name(&mut self, name: &'a str) {
        if (self.keeps)(name) {
            if name == self.subject {
                self.tag(b'F');
            } else {
                self.tag(b'G');
                self.text(name);
            }
        } else {
            let next = self.locals.len() as u32;
            let index = *self.locals.entry(name).or_insert(next);
            self.tag(b'L');
            self.count(index as usize);
        }
    }

    fn optional_name(&mut self, name: Option<&'a ruff_python_ast::Identifier>) {
        self.flag(name.is_some());
        if let Some(name) = name {
            self.name(name);
        }
    }

    fn body(&mut self, body: &'a [Stmt]) {
        self.count(body.len());
        for statement in body {
            self.statement(statement);
        }
    }

    /// A body whose docstring does not count.
    fn documented_body(&mut self, body: &'a [Stmt]) {
        self.body(without_docstring(body));
    }

    /// A class as if its body held nothing but some of its statements, in that order.
    pub(crate) fn part_of_class(&mut self, class: &'a StmtClassDef, members: &[usize]) {
        self.class_header(class);
        let documented = members
            .first()
            .is_some_and(|&first| is_text(&class.body[first]));
        let members = &members[usize::from(documented)..];
        self.count(members.len());
        for &member in members {
            self.statement(&class.body[member]);
        }
    }

    fn class_header(&mut self, class: &'a StmtClassDef) {
        self.tag(2);
        self.decorators(&class.decorator_list);
        self.name(&class.name);
        self.type_parameters(class.type_params.as_deref());
        self.flag(class.arguments.is_some());
        if let Some(arguments) = &class.arguments {
            self.arguments(arguments);
        }
    }

    fn decorators(&mut self, decorators: &'a [Decorator]) {
        self.count(decorators.len());
        for decorator in decorators {
            self.expression(&decorator.expression);
        }
    }

    fn type_parameters(&mut self, parameters: Option<&'a TypeParams>) {
        let parameters = parameters.map_or(&[][..], |parameters| &parameters.type_params);
        self.count(parameters.len());
        for parameter in parameters {
            let (tag, name, bound, default) = match parameter {
                TypeParam::TypeVar(variable) => (
                    b'v',
                    &variable.name,
                    variable.bound.as_deref(),
                    variable.default.as_deref(),
                ),
                TypeParam::TypeVarTuple(variable) => {
                    (b't', &variable.name, None, variable.default.as_deref())
                }
                TypeParam::ParamSpec(variable) => {
                    (b'p', &variable.name, None, variable.default.as_deref())
                }
            };
            self.tag(tag);
            self.name(name);
            self.optional(bound);
            self.optional(default);
        }
    }

    fn parameter(&mut self, parameter: &'a Parameter) {
        self.name(&parameter.name);
        self.annotation(parameter.annotation.as_deref());
    }

    fn annotation(&mut self, annotation: Option<&'a Expr>) {
        if self.annotations {
            self.optional(annotation);
        }
    }

    /// A function's parameters and body, without its name and decorators.
    pub(crate) fn function_core(&mut self, function: &'a StmtFunctionDef) {
        self.flag(function.is_async);
        self.parameters(&function.parameters);
        self.documented_body(&function.body);
    }

    fn parameters(&mut self, parameters: &'a Parameters) {
        for list in [
            &parameters.posonlyargs,
            &parameters.args,
            &parameters.kwonlyargs,
        ] {
            self.count(list.len());
            for parameter in list {
                self.parameter(&parameter.parameter);
                self.optional(parameter.default.as_deref());
            }
        }
        for single in [&parameters.vararg, &parameters.kwarg] {
            self.flag(single.is_some());
            if let Some(parameter) = single {
                self.parameter(parameter);
            }
        }
    }

    fn arguments(&mut self, arguments: &'a Arguments) {
        self.list(&arguments.args);
        self.count(arguments.keywords.len());
        for keyword in &arguments.keywords {
            self.flag(keyword.arg.is_some());
            if let Some(name) = &keyword.arg {
                self.text(name);
            }
            self.expression(&keyword.value);
        }
    }

    fn optional(&mut self, expression: Option<&'a Expr>) {
        self.flag(expression.is_some());
        if let Some(expression) = expression {
            self.expression(expression);
        }
    }

    fn list(&mut self, expressions: &'a [Expr]) {
        self.count(expressions.len());
        for expression in expressions {
            self.expression(expression);
        }
    }

    pub(crate) fn statement(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.tag(1);
                self.flag(function.is_async);
                self.decorators(&function.decorator_list);
                self.name(&function.name);
                self.type_parameters(function.type_params.as_deref());
                self.parameters(&function.parameters);
                self.annotation(function.returns.as_deref());
                self.documented_body(&function.body);
            }
            Stmt::ClassDef(class) => {
                self.class_header(class);
                self.documented_body(&class.body);
            }
            Stmt::Return(statement) => {
                self.tag(3);
                self.optional(statement.value.as_deref());
            }
            Stmt::Delete(statement) => {
                self.tag(4);
                self.list(&statement.targets);
            }
            Stmt::TypeAlias(alias) => {
                self.tag(5);
                self.expression(&alias.name);
                self.type_parameters(alias.type_params.as_deref());
                self.expression(&alias.value);
            }
            Stmt::Assign(assign) => {
                self.tag(6);
                self.list(&assign.targets);
                self.expression(&assign.value);
            }
            Stmt::AugAssign(assign) => {
                self.tag(7);
                self.expression(&assign.target);
                self.text(assign.op.as_str());
                self.expression(&assign.value);
            }
            Stmt::AnnAssign(assign) if !self.annotations => match &assign.value {
                Some(value) => {
                    self.tag(6);
                    self.count(1);
                    self.expression(&assign.target);
                    self.expression(value);
                }
                None => self.tag(22),
            },
            Stmt::AnnAssign(assign) => {
                self.tag(8);
                self.flag(assign.simple);
                self.expression(&assign.target);
                self.expression(&assign.annotation);
                self.optional(assign.value.as_deref());
            }
            Stmt::For(statement) => {
                self.tag(9);
                self.flag(statement.is_async);
                self.expression(&statement.target);
                self.expression(&statement.iter);
                self.body(&statement.body);
                self.body(&statement.orelse);
            }
            Stmt::While(statement) => {
                self.tag(10);
                self.expression(&statement.test);
                self.body(&statement.body);
                self.body(&statement.orelse);
            }
            Stmt::If(statement) => {
                self.tag(11);
                self.expression(&statement.test);
                self.body(&statement.body);
                self.count(statement.elif_else_clauses.len());
                for clause in &statement.elif_else_clauses {
                    self.optional(clause.test.as_ref());
                    self.body(&clause.body);
                }
            }
            Stmt::With(statement) => {
                self.tag(12);
                self.flag(statement.is_async);
                self.count(statement.items.len());
                for item in &statement.items {
                    self.expression(&item.context_expr);
                    self.optional(item.optional_vars.as_deref());
                }
                self.body(&statement.body);
            }
            Stmt::Match(statement) => {
                self.tag(13);
                self.expression(&statement.subject);
                self.count(statement.cases.len());
                for case in &statement.cases {
                    self.pattern(&case.pattern);
                    self.optional(case.guard.as_deref());
                    self.body(&case.body);
                }
            }
            Stmt::Raise(statement) => {
                self.tag(14);
                self.optional(statement.exc.as_deref());
                self.optional(statement.cause.as_deref());
            }
            Stmt::Try(statement) => {
                self.tag(15);
                self.flag(statement.is_star);
                self.body(&statement.body);
                self.count(statement.handlers.len());
                for handler in &statement.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    self.optional(handler.type_.as_deref());
                    self.optional_name(handler.name.as_ref());
                    self.body(&handler.body);
                }
                self.body(&statement.orelse);
                self.body(&statement.finalbody);
            }
            Stmt::Assert(statement) => {
                self.tag(16);
                self.expression(&statement.test);
                self.optional(statement.msg.as_deref());
            }
            Stmt::Import(import) => {
                self.tag(17);
                self.count(import.names.len());
                for alias in &import.names {
                    self.text(&alias.name);
                    self.optional_name(alias.asname.as_ref());
                    if alias.asname.is_none() {
                        self.name(alias.name.split('.').next().unwrap_or(&alias.name));
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                self.tag(18);
                self.count(import.level as usize);
                self.text(import.module.as_ref().map_or("", |module| module.as_str()));
                self.count(import.names.len());
                for alias in &import.names {
                    self.text(&alias.name);
                    self.name(alias.asname.as_ref().unwrap_or(&alias.name));
                }
            }
            Stmt::Global(statement) => {
                self.tag(19);
                self.count(statement.names.len());
                for name in &statement.names {
                    self.name(name);
                }
            }
            Stmt::Nonlocal(statement) => {
                self.tag(20);
                self.count(statement.names.len());
                for name in &statement.names {
                    self.name(name);
                }
            }
            Stmt::Expr(statement) => {
                self.tag(21);
                self.expression(&statement.value);
            }
            Stmt::Pass(_) => self.tag(22),
            Stmt::Break(_) => self.tag(23),
            Stmt::Continue(_) => self.tag(24),
            Stmt::IpyEscapeCommand(command) => {
                self.tag(25);
                self.text(&command.value);
            }
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchValue(pattern) => {
                self.tag(1);
                self.expression(&pattern.value);
            }
            Pattern::MatchSingleton(pattern) => {
                self.tag(2);
                self.tag(match pattern.value {
                    Singleton::None => 0,
                    Singleton::False => 1,
                    Singleton::True => 2,
                });
            }
            Pattern::MatchSequence(pattern) => {
                self.tag(3);
                self.patterns(&pattern.patterns);
            }
            Pattern::MatchMapping(pattern) => {
                self.tag(4);
                self.list(&pattern.keys);
                self.patterns(&pattern.patterns);
                self.optional_name(pattern.rest.as_ref());
            }
            Pattern::MatchClass(pattern) => {
                self.tag(5);
                self.expression(&pattern.cls);
                self.patterns(&pattern.arguments.patterns);
                self.count(pattern.arguments.keywords.len());
                for keyword in &pattern.arguments.keywords {
                    self.text(&keyword.attr);
                    self.pattern(&keyword.pattern);
                }
            }
            Pattern::MatchStar(pattern) => {
                self.tag(6);
                self.optional_name(pattern.name.as_ref());
            }
            Pattern::MatchAs(pattern) => {
                self.tag(7);
                self.flag(pattern.pattern.is_some());
                if let Some(inner) = &pattern.pattern {
                    self.pattern(inner);
                }
                self.optional_name(pattern.name.as_ref());
            }
            Pattern::MatchOr(pattern) => {
                self.tag(8);
                self.patterns(&pattern.patterns);
            }
        }
    }

    fn patterns(&mut self, patterns: &'a [Pattern]) {
        self.count(patterns.len());
        for pattern in patterns {
            self.pattern(pattern);
        }
    }

    fn comprehensions(&mut self, generators: &'a [Comprehension]) {
        self.count(generators.len());
        for generator in generators {
            self.flag(generator.is_async);
            self.expression(&generator.target);
            self.expression(&generator.iter);
            self.list(&generator.ifs);
        }
    }

    fn elements(&mut self, elements: &'a [InterpolatedStringElement]) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    self.tag(1);
                    self.text(&literal.value);
                }
                InterpolatedStringElement::Interpolation(part) => {
                    self.tag(2);
                    // `f"{x = }"` prints its own text.
                    self.flag(part.debug_text.is_some());
                    if let Some(debug) = &part.debug_text {
                        self.text(&format!("{debug:?}"));
                    }
                    self.tag(match part.conversion {
                        ConversionFlag::None => 0,
                        ConversionFlag::Str => b's',
                        ConversionFlag::Ascii => b'a',
                        ConversionFlag::Repr => b'r',
                    });
                    self.expression(&part.expression);
                    self.flag(part.format_spec.is_some());
                    if let Some(specification) = &part.format_spec {
                        self.elements(&specification.elements);
                    }
                }
            }
        }
        self.tag(0);
    }

    fn expression(&mut self, expression: &'a Expr) {
        match expression {
            Expr::BoolOp(operation) => {
                self.tag(31);
                self.text(operation.op.as_str());
                self.list(&operation.values);
            }
            Expr::Named(named) => {
                self.tag(32);
                self.expression(&named.target);
                self.expression(&named.value);
            }
            Expr::BinOp(operation) => {
                self.tag(33);
                self.text(operation.op.as_str());
                self.expression(&operation.left);
                self.expression(&operation.right);
            }
            Expr::UnaryOp(operation) => {
                self.tag(34);
                self.text(operation.op.as_str());
                self.expression(&operation.operand);
            }
            Expr::Lambda(lambda) => {
                self.tag(35);
                self.flag(lambda.parameters.is_some());
                if let Some(parameters) = &lambda.parameters {
                    self.parameters(parameters);
                }
                self.expression(&lambda.body);
            }
            Expr::If(condition) => {
                self.tag(36);
                self.expression(&condition.test);
                self.expression(&condition.body);
                self.expression(&condition.orelse);
            }
            Expr::Dict(dict) => {
                self.tag(37);
                self.count(dict.items.len());
                for item in &dict.items {
                    self.optional(item.key.as_ref());
                    self.expression(&item.value);
                }
            }
            Expr::Set(set) => {
                self.tag(38);
                self.list(&set.elts);
            }
            Expr::ListComp(list) => {
                self.tag(39);
                self.expression(&list.elt);
                self.comprehensions(&list.generators);
            }
            Expr::SetComp(set) => {
                self.tag(40);
                self.expression(&set.elt);
                self.comprehensions(&set.generators);
            }
            Expr::DictComp(dict) => {
                self.tag(41);
                self.optional(dict.key.as_deref());
                self.expression(&dict.value);
                self.comprehensions(&dict.generators);
            }
            Expr::Generator(generator) => {
                self.tag(42);
                self.expression(&generator.elt);
                self.comprehensions(&generator.generators);
            }
            Expr::Await(awaited) => {
                self.tag(43);
                self.expression(&awaited.value);
            }
            Expr::Yield(yielded) => {
                self.tag(44);
                self.optional(yielded.value.as_deref());
            }
            Expr::YieldFrom(yielded) => {
                self.tag(45);
                self.expression(&yielded.value);
            }
            Expr::Compare(compare) => {
                self.tag(46);
                self.expression(&compare.left);
                self.count(compare.ops.len());
                for operator in &compare.ops {
                    self.text(operator.as_str());
                }
                self.list(&compare.comparators);
            }
            Expr::Call(call) => {
                self.tag(47);
                self.expression(&call.func);
                self.arguments(&call.arguments);
            }
            Expr::FString(string) => {
                self.tag(48);
                for part in &string.value {
                    match part {
                        FStringPart::Literal(literal) => {
                            self.tag(1);
                            self.text(&literal.value);
                        }
                        FStringPart::FString(part) => {
                            self.tag(2);
                            self.elements(&part.elements);
                        }
                    }
                }
                self.tag(0);
            }
            Expr::TString(string) => {
                self.tag(49);
                for part in &string.value {
                    self.tag(1);
                    self.elements(&part.elements);
                }
                self.tag(0);
            }
            Expr::StringLiteral(string) => {
                self.tag(50);
                self.text(string.value.to_str());
            }
            Expr::BytesLiteral(bytes) => {
                self.tag(51);
                let bytes: Vec<u8> = bytes.value.bytes().collect();
                self.count(bytes.len());
                self.bytes.extend(bytes);
            }
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(value) => {
                    self.tag(52);
                    match value.as_u64() {
                        Some(value) => self.bytes.extend(value.to_le_bytes()),
                        None => self.text(&value.to_string()),
                    }
                }
                Number::Float(value) => {
                    self.tag(53);
                    self.bytes.extend(value.to_bits().to_le_bytes());
                }
                Number::Complex { real, imag } => {
                    self.tag(54);
                    self.bytes.extend(real.to_bits().to_le_bytes());
                    self.bytes.extend(imag.to_bits().to_le_bytes());
                }
            },
            Expr::BooleanLiteral(boolean) => {
                self.tag(55);
                self.flag(boolean.value);
            }
            Expr::NoneLiteral(_) => self.tag(56),
            Expr::EllipsisLiteral(_) => self.tag(57),
            Expr::Attribute(attribute) => {
                self.tag(58);
                self.expression(&attribute.value);
                self.text(&attribute.attr);
            }
            Expr::Subscript(subscript) => {
                self.tag(59);
                self.expression(&subscript.value);
                self.expression(&subscript.slice);
            }
            Expr::Starred(starred) => {
                self.tag(60);
                self.expression(&starred.value);
            }
            Expr::Name(name) => {
                self.tag(61);
                self.name(&name.id);
            }
            Expr::List(list) => {
                self.tag(62);
                self.list(&list.elts);
            }
            Expr::Tuple(tuple) => {
                self.tag(63);
                self.list(&tuple.elts);
            }
            Expr::Slice(slice) => {
                self.tag(64);
                self.optional(slice.lower.as_deref());
                self.optional(slice.upper.as_deref());
                self.optional(slice.step.as_deref());
            }
            Expr::IpyEscapeCommand(command) => {
                self.tag(65);
                self.text(&command.value);
            }
        }
    }
}
