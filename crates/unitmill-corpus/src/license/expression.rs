//! Licence expressions: several licences joined by AND, OR, WITH and what people write for
//! these. Never decides which of them is good.

use super::names;

/// How the operators are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    /// AND, OR, WITH in capitals, and every part is known.
    Spdx,
    /// The same in any case, `/` and `|` for OR, `,`, `;` and `&` for AND; every part is
    /// known.
    Plain,
    /// AND, OR, WITH in capitals; parts that are not known become a `LicenseRef-`.
    SpdxWithUnknown,
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    Open,
    Close,
    And,
    Or,
    With,
    Phrase(String),
}

/// An expression. What says nothing is left out of it.
#[derive(Clone, PartialEq, Debug)]
enum Tree {
    Nothing,
    One(String),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

/// The expression that a text is; none if it has no operator or not all of it is known.
pub(super) fn parse(text: &str, wording: Wording) -> Option<String> {
    let tokens = tokenise(text, wording);
    if tokens.len() < 2 {
        return None;
    }
    let mut parser = Parser {
        tokens: &tokens,
        place: 0,
        wording,
    };
    let tree = parser.any()?;
    if parser.place < tokens.len() {
        return None;
    }
    render(&tree, false).filter(|text| is_valid(text))
}

/// All licences of a list, each an expression; those that say nothing are left out.
pub(super) fn all_of(items: &[Option<String>]) -> Option<String> {
    let items: Vec<String> = items
        .iter()
        .flatten()
        .map(|item| format!("({item})"))
        .collect();
    parse(&items.join(" AND "), Wording::Spdx)
}

/// What is not recognised, as an expression: `LicenseRef-` with the letters and digits.
pub(super) fn unknown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut name = String::new();
    for character in text.chars() {
        if name.len() >= LONGEST {
            break;
        }
        if character.is_ascii_alphanumeric() || (character == '.' && !name.is_empty()) {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches(['-', '.']);
    format!(
        "LicenseRef-{}",
        if name.is_empty() { "unnamed" } else { name }
    )
}

/// Whether a text is an expression that can be evaluated.
pub(super) fn is_valid(text: &str) -> bool {
    spdx::Expression::parse_mode(text, MODE).is_ok()
}

/// How normalised expressions are read: strictly, but for identifiers that SPDX has given
/// up without another in their place.
pub(super) const MODE: spdx::ParseMode = spdx::ParseMode {
    allow_deprecated: true,
    ..spdx::ParseMode::STRICT
};

fn tokenise(text: &str, wording: Wording) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut phrase: Vec<&str> = Vec::new();
    let end = |phrase: &mut Vec<&str>, tokens: &mut Vec<Token>| {
        if !phrase.is_empty() {
            tokens.push(Token::Phrase(phrase.join(" ")));
            phrase.clear();
        }
    };
    let mut inside = 0usize;
    for piece in pieces(text, wording) {
        let operator = match piece {
            "AND" => Some(Token::And),
            "OR" => Some(Token::Or),
            "WITH" => Some(Token::With),
            "/" | "|" if wording == Wording::Plain => Some(Token::Or),
            "," | ";" | "&" if wording == Wording::Plain => Some(Token::And),
            _ if wording != Wording::Plain => None,
            _ if piece.eq_ignore_ascii_case("and") => Some(Token::And),
            _ if piece.eq_ignore_ascii_case("or") => Some(Token::Or),
            _ if piece.eq_ignore_ascii_case("with") => Some(Token::With),
            _ => None,
        };
        match (piece, operator) {
            // A parenthesis behind words explains them: `MIT License (MIT)`.
            ("(", _) if phrase.is_empty() => tokens.push(Token::Open),
            ("(", _) => inside += 1,
            (")", _) if inside > 0 => inside -= 1,
            (")", _) => {
                end(&mut phrase, &mut tokens);
                tokens.push(Token::Close);
            }
            (_, Some(operator)) => {
                end(&mut phrase, &mut tokens);
                tokens.push(operator);
            }
            (word, None) => phrase.push(word),
        }
    }
    end(&mut phrase, &mut tokens);
    tokens
}

/// Words, and the characters that may be operators.
fn pieces(text: &str, wording: Wording) -> impl Iterator<Item = &str> {
    let is_sign = move |c: char| {
        matches!(c, '(' | ')')
            || (wording == Wording::Plain && matches!(c, '/' | '|' | ',' | ';' | '&'))
    };
    text.split_whitespace().flat_map(move |word| {
        let mut parts = Vec::new();
        let mut rest = word;
        while let Some(place) = rest.find(is_sign) {
            let (before, sign) = rest.split_at(place);
            let (sign, after) = sign.split_at(1);
            parts.extend([before, sign]);
            rest = after;
        }
        parts.push(rest);
        parts.retain(|part| !part.is_empty());
        parts
    })
}

struct Parser<'t> {
    tokens: &'t [Token],
    place: usize,
    wording: Wording,
}

/// Nesting that no licence has; deeper text is not parsed.
const DEEPEST: usize = 32;

impl Parser<'_> {
    fn takes(&mut self, token: &Token) -> bool {
        let is_next = self.tokens.get(self.place) == Some(token);
        self.place += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Option<Tree> {
        let opened = self.tokens[..self.place].iter();
        if opened.filter(|token| **token == Token::Open).count() > DEEPEST {
            return None;
        }
        let mut parts = vec![self.all()?];
        while self.takes(&Token::Or) {
            parts.push(self.all()?);
        }
        Some(Tree::Any(parts).simplified())
    }

    fn all(&mut self) -> Option<Tree> {
        let mut parts = vec![self.one()?];
        while self.takes(&Token::And) {
            parts.push(self.one()?);
        }
        Some(Tree::All(parts).simplified())
    }

    fn one(&mut self) -> Option<Tree> {
        if self.takes(&Token::Open) {
            let inner = self.any()?;
            return self.takes(&Token::Close).then_some(inner);
        }
        let Some(Token::Phrase(phrase)) = self.tokens.get(self.place) else {
            return None;
        };
        self.place += 1;
        let license = self.license(phrase)?;
        if !self.takes(&Token::With) {
            return Some(license);
        }
        let Some(Token::Phrase(addition)) = self.tokens.get(self.place) else {
            return None;
        };
        self.place += 1;
        let Tree::One(license) = license else {
            return None;
        };
        match names::exception(addition) {
            Some(exception) if !license.starts_with("LicenseRef-") => {
                Some(Tree::One(format!("{license} WITH {exception}")))
            }
            _ if self.wording == Wording::SpdxWithUnknown => {
                Some(Tree::One(unknown(&format!("{phrase} with {addition}"))))
            }
            _ => None,
        }
    }

    fn license(&self, phrase: &str) -> Option<Tree> {
        if names::says_nothing(phrase) {
            return Some(Tree::Nothing);
        }
        // `v2 or later` is one licence.
        let first = phrase.split_whitespace().next().unwrap_or("");
        if ["later", "newer", "higher", "above", "any", "greater"]
            .iter()
            .any(|word| first.eq_ignore_ascii_case(word))
        {
            return None;
        }
        names::exact(phrase)
            .or_else(|| names::gnu_family(phrase))
            .or_else(|| (self.wording == Wording::SpdxWithUnknown).then(|| unknown(phrase)))
            .map(Tree::One)
    }
}

impl Tree {
    /// Without what says nothing, without repetitions, and flat where it can be.
    fn simplified(self) -> Self {
        let (parts, is_all) = match self {
            Self::All(parts) => (parts, true),
            Self::Any(parts) => (parts, false),
            other => return other,
        };
        let mut kept: Vec<Self> = Vec::new();
        for part in parts {
            let inner = match part {
                Self::Nothing => continue,
                Self::All(inner) if is_all => inner,
                Self::Any(inner) if !is_all => inner,
                other => vec![other],
            };
            for one in inner {
                if !kept.contains(&one) {
                    kept.push(one);
                }
            }
        }
        match kept.len() {
            0 => Self::Nothing,
            1 => kept.remove(0),
            _ if is_all => Self::All(kept),
            _ => Self::Any(kept),
        }
    }
}

fn render(tree: &Tree, inside_all: bool) -> Option<String> {
    Some(match tree {
        Tree::Nothing => return None,
        Tree::One(text) => text.clone(),
        Tree::All(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(|part| render(part, true)).collect();
            parts?.join(" AND ")
        }
        Tree::Any(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(|part| render(part, false)).collect();
            let text = parts?.join(" OR ");
            if inside_all {
                format!("({text})")
            } else {
                text
            }
        }
    })
}
