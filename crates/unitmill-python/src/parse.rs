//! Parsing, guarded: what the other modules see is a module that parses under Python
//! 3.10 to 3.13 and that can be walked on the stack at hand. Never reads anything but
//! the text it is given.
//!
//! The parser grows its own stack, but walking and dropping a tree recurse once per level.
//! The tokens give an upper bound of the depth before anything is walked: ordinary
//! modules run on the caller's stack, deep ones on a grown stack, absurd ones fail as
//! CPython would let them fail.

use ruff_python_ast::token::TokenKind;
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
/// A tree deeper than this is refused; CPython's compiler gives up at about the same depth.
const MAX_DEPTH: u32 = 3_000;
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
    let depth = depth_bound(
        parsed
            .tokens()
            .iter()
            .map(|token| (token.kind(), token.start())),
    );
    let finish = move || finish(source, parsed, depth, work);
    if depth.depth <= ROOMY_DEPTH {
        finish()
    } else {
        // What is too deep to be accepted is dropped and not walked.
        let per_level = if depth.depth > MAX_DEPTH {
            BYTES_PER_LEVEL / 8
        } else {
            BYTES_PER_LEVEL
        };
        stacker::grow((depth.depth as usize + 256) * per_level, finish)
    }
}

fn finish<R>(
    source: &str,
    parsed: Parsed<ruff_python_ast::Mod>,
    depth: DepthBound,
    work: impl FnOnce(&[Stmt]) -> R,
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
    Ok(work(module.suite()))
}

pub(crate) fn failure_at(source: &str, offset: TextSize, message: String) -> ParseFailure {
    let before = &source[..source.floor_char_boundary(offset.to_usize())];
    let lines = LineIndex::new(before);
    let line = lines.line(TextSize::of(before));
    let start = lines.start(line);
    ParseFailure {
        line,
        column: before[start..].chars().count() as u32 + 1,
        message,
    }
}

/// A cheap look at the bytes: could the tokens be nested so deeply that the parser itself
/// should not see them? Brackets inside strings count too, so the answer errs on the side
/// of suspicion.
fn is_suspicious(source: &str) -> bool {
    let (mut depth, mut deepest, mut run, mut longest) = (0i32, 0i32, 0u32, 0u32);
    for &byte in source.as_bytes() {
        let class = BYTE_CLASSES[byte as usize];
        depth = (depth + i32::from(class.nesting)).max(0);
        deepest = deepest.max(depth);
        run = (run + u32::from(class.prefix)) * u32::from(class.keeps_run);
        longest = longest.max(run);
    }
    deepest > MAX_BRACKETS as i32 || longest > SUSPICIOUS_RUN
}

#[derive(Clone, Copy)]
struct ByteClass {
    nesting: i8,
    prefix: u8,
    keeps_run: u8,
}

static BYTE_CLASSES: [ByteClass; 256] = {
    let mut classes = [ByteClass {
        nesting: 0,
        prefix: 0,
        keeps_run: 0,
    }; 256];
    let mut index = 0;
    while index < 3 {
        classes[b"([{"[index] as usize].nesting = 1;
        classes[b")]}"[index] as usize].nesting = -1;
        classes[b"-+~"[index] as usize].prefix = 1;
        classes[b"-+~"[index] as usize].keeps_run = 1;
        index += 1;
    }
    classes[b' ' as usize].keeps_run = 1;
    classes[b'\\' as usize].keeps_run = 1;
    classes[b'\n' as usize].keeps_run = 1;
    classes
};

fn refuse_deep_tokens(source: &str) -> Result<(), ParseFailure> {
    let mut tokens = lexer::lex(source, Mode::Module);
    let bound = depth_bound(std::iter::from_fn(|| {
        let kind = tokens.next_token();
        // The lexer keeps its offsets to itself; the first line stands for all of them.
        (kind != TokenKind::EndOfFile).then_some((kind, TextSize::new(0)))
    }));
    bound.check(source)
}

/// An upper bound of the depth of the tree, and the first place where a limit of the
/// tokenizer was passed.
#[derive(Clone, Copy)]
struct DepthBound {
    depth: u32,
    deepest: TextSize,
    offence: Option<(TextSize, &'static str)>,
}

impl DepthBound {
    fn check(&self, source: &str) -> Result<(), ParseFailure> {
        let (offset, message) = match self.offence {
            Some(offence) => offence,
            None if self.depth > MAX_DEPTH => (self.deepest, "nested too deeply"),
            None => return Ok(()),
        };
        Err(failure_at(source, offset, message.to_owned()))
    }
}

/// Counts, for every place, the brackets around it and the operators before it in the
/// same element: no tree can be deeper than that.
fn depth_bound(tokens: impl Iterator<Item = (TokenKind, TextSize)>) -> DepthBound {
    let mut bound = DepthBound {
        depth: 0,
        deepest: TextSize::new(0),
        offence: None,
    };
    let (mut indents, mut depth) = (0u32, 0u32);
    // What a comma goes back to, one per open bracket; the first is the line's own.
    let mut bases = vec![0u32];
    for (kind, offset) in tokens {
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                depth += 1;
                bases.push(depth);
                if bases.len() as u32 > MAX_BRACKETS + 1 {
                    bound
                        .offence
                        .get_or_insert((offset, "too many nested brackets"));
                }
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                if bases.len() > 1 {
                    depth = bases.pop().unwrap_or(depth);
                }
            }
            TokenKind::Comma => depth = bases.last().copied().unwrap_or(0),
            TokenKind::Newline => {
                bases.clear();
                depth = indents * 2;
                bases.push(depth);
            }
            TokenKind::Indent => {
                indents += 1;
                depth = indents * 2;
                bases.clear();
                bases.push(depth);
                if indents >= MAX_INDENTS {
                    bound
                        .offence
                        .get_or_insert((offset, "too many levels of indentation"));
                }
            }
            TokenKind::Dedent => {
                indents = indents.saturating_sub(1);
                depth = indents * 2;
                bases.clear();
                bases.push(depth);
            }
            // The commas between its parameters do not end a lambda.
            TokenKind::Lambda => {
                depth += 1;
                if let Some(base) = bases.last_mut() {
                    *base += 1;
                }
            }
            _ if kind.is_operator() || kind.is_keyword() => depth += 1,
            _ => {}
        }
        if depth > bound.depth {
            bound.depth = depth;
            bound.deepest = offset;
        }
    }
    bound
}

/// Offsets of the lines of a text; `\n`, `\r\n` and a lone `\r` each end one.
pub(crate) struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    pub(crate) fn new(source: &str) -> Self {
        let bytes = source.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 32 + 1);
        starts.push(0);
        for (offset, &byte) in bytes.iter().enumerate() {
            if byte <= b'\r'
                && (byte == b'\n' || (byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n')))
            {
                starts.push(offset as u32 + 1);
            }
        }
        Self { starts }
    }

    /// The line that an offset is on, from 1.
    pub(crate) fn line(&self, offset: TextSize) -> u32 {
        self.starts
            .partition_point(|&start| start <= offset.to_u32()) as u32
    }

    /// Where a line starts.
    pub(crate) fn start(&self, line: u32) -> usize {
        self.starts[line as usize - 1] as usize
    }
}

/// The end of the line that `offset` is on, its line break excluded.
pub(crate) fn line_end(source: &str, offset: usize) -> usize {
    source[offset..]
        .find(['\n', '\r'])
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
