//! Parsing, guarded: what the other modules see is a module that parses under Python
//! 3.10 to 3.13 and that can be walked on the stack at hand. Never reads anything but
//! the text it is given.
//!
//! The parser grows its own stack, but walking and dropping a tree recurse once per level.
//! The tokens give an upper bound of the depth before anything is walked: ordinary
//! modules run on the caller's stack, deep ones on a grown stack, absurd ones fail as
//! CPython would let them fail.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, Parsed, lexer, parse_unchecked};
use ruff_text_size::{Ranged as _, TextSize};

/// Why a source text cannot be parsed, and where.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseFailure {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The parser's message.
    pub message: String,
}

/// CPython's tokenizer refuses more nested brackets than this.
const MAX_BRACKETS: u32 = 200;
/// CPython's tokenizer refuses more indentation levels than this.
const MAX_INDENTS: u32 = 100;
/// A tree deeper than this is refused; the compilers of CPython give up at about that depth.
const MAX_DEPTH: u32 = 8_000;
/// Up to this depth the caller's stack is taken to be large enough.
const ROOMY_DEPTH: u32 = 100;
/// Generous stack space for one level of the tree, with walkers built without
/// optimisation in mind.
const BYTES_PER_LEVEL: usize = 8 * 1024;
/// A run of this many prefix operators makes the tokens be looked at before parsing.
const SUSPICIOUS_RUN: u32 = 2_000;

/// Whether the source parses. The target is the language of Python 3.13: what only parses
/// as 3.14 (`except A, B:`) is Python 2 far more often.
///
/// # Errors
/// The first syntax error.
pub fn parse_check(source: &str) -> Result<(), ParseFailure> {
    with_module(source, |_| ())
}

/// Parses and hands the statements to `work`, on a stack that is large enough for a
/// recursive walk.
pub(crate) fn with_module<R>(
    source: &str,
    work: impl FnOnce(&[Stmt]) -> R,
) -> Result<R, ParseFailure> {
    with_tokens(source, |body, _| work(body))
}

/// As [`with_module`], with the tokens beside the statements.
pub(crate) fn with_tokens<R>(
    source: &str,
    work: impl FnOnce(&[Stmt], &[Token]) -> R,
) -> Result<R, ParseFailure> {
    if source.len() >= u32::MAX as usize {
        return Err(ParseFailure {
            line: 1,
            column: 1,
            message: "larger than 4 GiB".to_owned(),
        });
    }
    if is_suspicious(source) {
        refuse_deep_tokens(source)?;
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY313);
    let parsed = parse_unchecked(source, options);
    let depth = depth_of_lines(parsed.tokens());
    let deepest = depth.deepest;
    let finish = move || finish(source, parsed, depth, work);
    if deepest <= ROOMY_DEPTH {
        finish()
    } else {
        // What is too deep to be accepted is dropped and not walked.
        let per_level = if deepest > MAX_DEPTH {
            BYTES_PER_LEVEL / 8
        } else {
            BYTES_PER_LEVEL
        };
        stacker::grow((deepest as usize + 256) * per_level, finish)
    }
}

fn finish<R>(
    source: &str,
    parsed: Parsed<ruff_python_ast::Mod>,
    depth: DepthBound,
    work: impl FnOnce(&[Stmt], &[Token]) -> R,
) -> Result<R, ParseFailure> {
    if let Some(error) = parsed.errors().first() {
        return Err(failure_at(
            source,
            error.location.start(),
            error.error.to_string(),
        ));
    }
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        return Err(failure_at(source, error.range.start(), error.to_string()));
    }
    depth.check(source)?;
    let module = parsed
        .try_into_module()
        .expect("a source parsed in module mode is a module");
    Ok(work(module.suite(), module.tokens()))
}

/// Whether the syntax tree of a text may be too deep to be walked on the stack of an ordinary
/// thread. Says so of texts too that hardly anybody writes and that are not deep.
pub fn nests_deeply(source: &str) -> bool {
    let mut tokens = lexer::lex(source, Mode::Module);
    let mut bound = DepthBound::default();
    loop {
        match tokens.next_token() {
            TokenKind::EndOfFile => return false,
            kind => bound.add(kind, TextSize::new(0)),
        }
        if bound.deepest > 2 * ROOMY_DEPTH {
            return true;
        }
    }
}

pub(crate) fn failure_at(source: &str, offset: TextSize, message: String) -> ParseFailure {
    let before = &source[..source.floor_char_boundary(offset.to_usize())];
    let lines = LineIndex::new(before);
    let line = lines.line(TextSize::of(before));
    let start = line_start(before, before.len());
    ParseFailure {
        line,
        column: before[start..].chars().count() as u32 + 1,
        message,
    }
}

/// A cheap look at the bytes, a block at a time: could the tokens be nested so deeply
/// that the parser itself should not see them? Brackets inside strings count too, so the
/// answer errs on the side of suspicion.
fn is_suspicious(source: &str) -> bool {
    let (mut depth, mut run) = (0u32, 0u32);
    for block in source.as_bytes().chunks(64) {
        let count = |wanted: fn(u8) -> bool| -> u32 {
            u32::from(block.iter().map(|&byte| u8::from(wanted(byte))).sum::<u8>())
        };
        let opened = count(|byte| matches!(byte, b'(' | b'[' | b'{'));
        let closed = count(|byte| matches!(byte, b')' | b']' | b'}'));
        if depth + opened > MAX_BRACKETS {
            return true;
        }
        depth = (depth + opened).saturating_sub(closed);
        let prefixes = count(|byte| matches!(byte, b'-' | b'+' | b'~'));
        let blanks = count(|byte| matches!(byte, b' ' | b'\\' | b'\n'));
        run = if (prefixes + blanks) as usize == block.len() {
            run + prefixes
        } else {
            0
        };
        if run > SUSPICIOUS_RUN {
            return true;
        }
    }
    false
}

fn refuse_deep_tokens(source: &str) -> Result<(), ParseFailure> {
    let mut tokens = lexer::lex(source, Mode::Module);
    let mut bound = DepthBound::default();
    loop {
        match tokens.next_token() {
            TokenKind::EndOfFile => return bound.check(source),
            // The lexer keeps its offsets to itself; the first line stands for all of them.
            kind => bound.add(kind, TextSize::new(0)),
        }
    }
}

/// A logical line of fewer tokens than this cannot be deep, and is not looked at closely.
const SHORT_LINE: usize = 64;

/// The bound of all logical lines; what matters is found in the long ones.
fn depth_of_lines(tokens: &[Token]) -> DepthBound {
    let ends_line = |token: &Token| {
        matches!(
            token.kind(),
            TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
        )
    };
    let mut bound = DepthBound::default();
    for line in tokens.split_inclusive(ends_line) {
        let is_long = line.len() > SHORT_LINE;
        let last = line.last().filter(|last| !is_long && ends_line(last));
        match last.map(|last| (last.kind(), last.start())) {
            // Nothing was counted since the line before began.
            Some((TokenKind::Newline, _)) => {}
            Some((kind, start)) => bound.add(kind, start),
            None => line
                .iter()
                .for_each(|token| bound.add(token.kind(), token.start())),
        }
    }
    bound
}

/// An upper bound of the depth of the tree, and the first place where a limit of the
/// tokenizer was passed.
///
/// Counts, for every place, the brackets around it and the operators before it in the
/// same element: no tree can be deeper than that.
#[derive(Clone, Debug, Default)]
struct DepthBound {
    /// The bound.
    deepest: u32,
    /// Where it was reached.
    place: TextSize,
    offence: Option<(TextSize, &'static str)>,
    indents: u32,
    depth: u32,
    /// What a comma goes back to, one per open bracket.
    bases: Vec<u32>,
    /// What a comma outside brackets goes back to.
    line: u32,
}

impl DepthBound {
    fn check(&self, source: &str) -> Result<(), ParseFailure> {
        let (offset, message) = match self.offence {
            Some(offence) => offence,
            None if self.deepest > MAX_DEPTH => (self.place, "nested too deeply"),
            None => return Ok(()),
        };
        Err(failure_at(source, offset, message.to_owned()))
    }

    fn start_line(&mut self) {
        self.bases.clear();
        // Each level of statements is several levels of the walk.
        self.line = self.indents * 2;
        self.depth = self.line;
    }

    fn add(&mut self, kind: TokenKind, offset: TextSize) {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                self.depth += 1;
                self.bases.push(self.depth);
                if self.bases.len() as u32 > MAX_BRACKETS {
                    self.offence
                        .get_or_insert((offset, "too many nested brackets"));
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.depth = self.bases.pop().unwrap_or(self.depth);
            }
            TokenKind::Comma => self.depth = *self.bases.last().unwrap_or(&self.line),
            TokenKind::Newline => self.start_line(),
            TokenKind::Indent => {
                self.indents += 1;
                self.start_line();
                if self.indents >= MAX_INDENTS {
                    self.offence
                        .get_or_insert((offset, "too many levels of indentation"));
                }
            }
            TokenKind::Dedent => {
                self.indents = self.indents.saturating_sub(1);
                self.start_line();
            }
            // The commas between its parameters do not end a lambda.
            TokenKind::Lambda => {
                self.depth += 1;
                *self.bases.last_mut().unwrap_or(&mut self.line) += 1;
            }
            _ if kind.is_operator() || kind.is_keyword() => self.depth += 1,
            _ => {}
        }
        if self.depth > self.deepest {
            self.deepest = self.depth;
            self.place = offset;
        }
    }
}

/// Counts the lines of a text; `\n`, `\r\n` and a lone `\r` each end one. Few of all lines
/// are ever asked for, so only every so often a count is kept.
pub(crate) struct LineIndex<'a> {
    text: &'a [u8],
    /// How many lines end before each block.
    before: Vec<u32>,
    has_returns: bool,
}

/// Bytes between two counts.
const BLOCK: usize = 1024;

impl<'a> LineIndex<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        let text = source.as_bytes();
        let mut index = Self {
            text,
            before: Vec::with_capacity(text.len() / BLOCK + 1),
            has_returns: memchr::memchr(b'\r', text).is_some(),
        };
        let mut ended = 0;
        for start in (0..=text.len()).step_by(BLOCK) {
            index.before.push(ended);
            ended += index.count(start, text.len().min(start + BLOCK));
        }
        index
    }

    /// How many lines end in a part of the text.
    fn count(&self, start: usize, end: usize) -> u32 {
        let part = &self.text[start..end];
        let mut ended = memchr::memchr_iter(b'\n', part).count();
        if self.has_returns {
            ended += memchr::memchr_iter(b'\r', part)
                .filter(|&at| self.text.get(start + at + 1) != Some(&b'\n'))
                .count();
        }
        ended as u32
    }

    /// The line that an offset is on, from 1.
    pub(crate) fn line(&self, offset: TextSize) -> u32 {
        let offset = offset.to_usize().min(self.text.len());
        let block = offset / BLOCK;
        self.before[block] + self.count(block * BLOCK, offset) + 1
    }
}

/// Where the line that `offset` is on starts.
pub(crate) fn line_start(source: &str, offset: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &source.as_bytes()[..offset]).map_or(0, |at| at + 1)
}

/// The end of the line that `offset` is on, its line break excluded.
pub(crate) fn line_end(source: &str, offset: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &source.as_bytes()[offset..])
        .map_or(source.len(), |length| offset + length)
}

/// Where the line after the one that `offset` is on starts; the end of the text if there
/// is none.
pub(crate) fn next_line(source: &str, offset: usize) -> usize {
    let end = line_end(source, offset);
    let rest = &source[end..];
    end + if rest.starts_with("\r\n") {
        2
    } else {
        usize::from(!rest.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_say_where() {
        let failure = parse_check("x = 1\ny = )\n").expect_err("must fail");
        assert_eq!((failure.line, failure.column), (2, 5));
    }

    #[test]
    fn python_2_does_not_parse() {
        for source in [
            "print 'x'\n",
            "try:\n    pass\nexcept ValueError, error:\n    pass\n",
            "raise ValueError, 'x'\n",
            "x = `1`\n",
            "x = 0777\n",
            "exec 'x'\n",
            "x <> y\n",
        ] {
            assert!(parse_check(source).is_err(), "{source:?}");
        }
    }

    #[test]
    fn absurd_nesting_fails_and_never_overflows() {
        let deep = 10_000;
        for source in [
            format!("x = {}1{}\n", "(".repeat(deep), ")".repeat(deep)),
            format!("x = {}{}\n", "[".repeat(deep), "]".repeat(deep)),
            format!("x = {}\n", "(".repeat(deep)),
            format!("x = {}1\n", "-".repeat(100 * deep)),
            format!("x = {}1\n", "not ".repeat(deep)),
            format!("x = {}1\n", "lambda a, b: ".repeat(deep)),
            format!("x = 1{}\n", " + 1".repeat(deep)),
            format!("x = a{}\n", ".b".repeat(deep)),
            format!("x = a{}\n", "()".repeat(deep)),
            format!("x = {}1\n", "1 if 1 else ".repeat(deep)),
            format!("x = f\"{}\n", "{f'".repeat(deep)),
            (0..deep / 20)
                .map(|level| format!("{}if 1:\n", " ".repeat(level)))
                .collect(),
        ] {
            assert!(parse_check(&source).is_err(), "{:?}", &source[..20]);
        }
    }

    #[test]
    fn long_but_sane_expressions_parse() {
        for source in [
            format!("x = 1{}\n", " + 1".repeat(1_000)),
            format!("x = [{}]\n", "-1, ".repeat(50_000)),
            format!("x = '{}'\n", "(".repeat(50_000)),
            format!("# {}\nx = 1\n", "-".repeat(50_000)),
            format!("x = {}1{}\n", "(".repeat(150), ")".repeat(150)),
        ] {
            assert_eq!(parse_check(&source), Ok(()));
        }
    }

    #[test]
    fn lines_end_in_three_ways() {
        let lines = LineIndex::new("a\nb\r\nc\rd");
        let line = |offset| lines.line(TextSize::new(offset));
        assert_eq!(
            [line(0), line(1), line(2), line(5), line(7)],
            [1, 1, 2, 3, 4]
        );
        assert_eq!(next_line("a\r\nb", 0), 3);
        assert_eq!(line_end("a\r\nb", 0), 1);
    }
}
