//! Bytes of a Python file to text, as Python itself would read them. Never guesses an
//! encoding: what is neither UTF-8 nor declared is refused.

use unitmill_model::Digest;

/// The text of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// SHA-256 of the file's bytes, where the text is not these bytes.
    pub held_sha256: Option<Digest>,
}

impl Decoded {
    /// A text that is the file's bytes.
    pub(crate) fn verbatim(text: String) -> Self {
        Self {
            text,
            held_sha256: None,
        }
    }

    /// Each byte a character.
    fn latin(bytes: &[u8]) -> Self {
        Self {
            text: bytes.iter().map(|&byte| char::from(byte)).collect(),
            held_sha256: Some(Digest::of(bytes)),
        }
    }

    /// Takes off what stands before the text.
    pub(crate) fn without_start(mut self, bytes: usize) -> Self {
        if bytes > 0 {
            self.held_sha256
                .get_or_insert_with(|| Digest::of(&self.text));
            self.text.drain(..bytes);
        }
        self
    }
}

/// Text of a Python source file: UTF-8 with or without a byte order mark, or the encoding
/// of its PEP 263 line if that is ASCII or Latin-1. Line breaks stay as they are; the byte
/// order mark goes.
///
/// # Errors
/// What is wrong with the bytes, for a reject's detail.
pub fn decode_source(bytes: Vec<u8>) -> Result<Decoded, String> {
    if memchr::memchr(0, &bytes).is_some() {
        let is_utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        return Err(if is_utf_16 {
            "UTF-16, which Python does not read".to_owned()
        } else {
            "holds a NUL byte".to_owned()
        });
    }
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let declared = declared_encoding(&bytes[mark..]);
    let encoding = declared.as_deref().map_or(Encoding::Utf8, Encoding::of);
    match encoding {
        Encoding::Utf8 => match String::from_utf8(bytes) {
            Ok(text) => Ok(Decoded::verbatim(text).without_start(mark)),
            Err(error) => Err(format!(
                "not UTF-8 at byte {}{}",
                error.utf8_error().valid_up_to() - mark,
                if declared.is_some() {
                    ", which it declares"
                } else {
                    ", and no encoding is declared"
                }
            )),
        },
        _ if mark > 0 => Err(format!(
            "starts with a UTF-8 byte order mark and declares {}",
            declared.unwrap_or_default()
        )),
        Encoding::Latin1 => Ok(Decoded::latin(&bytes)),
        // Everything that Python accepts here agrees with ASCII where only ASCII is used.
        Encoding::Ascii | Encoding::Other => match bytes.iter().position(|byte| !byte.is_ascii()) {
            None => Ok(Decoded::latin(&bytes)),
            Some(position) => Err(format!(
                "declares {}, which cannot be read at byte {position}",
                declared.unwrap_or_default()
            )),
        },
    }
}

/// Text of a row whose corpus says which encoding the bytes are in (`src_encoding`); what is
/// UTF-8 in spite of that was transcoded when the corpus was made.
///
/// # Errors
/// As [`decode_source`].
pub(crate) fn decode_as(bytes: Vec<u8>, encoding: Option<&str>) -> Result<Decoded, String> {
    let is_latin = matches!(encoding.map(Encoding::of), Some(Encoding::Latin1));
    if is_latin && memchr::memchr(0, &bytes).is_none() && std::str::from_utf8(&bytes).is_err() {
        return Ok(Decoded::latin(&bytes));
    }
    decode_source(bytes)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

enum Encoding {
    Utf8,
    Latin1,
    Ascii,
    Other,
}

impl Encoding {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase().replace('_', "-");
        let is = |base: &str| name == base || name.starts_with(&format!("{base}-"));
        if is("utf-8") || matches!(name.as_str(), "utf8" | "u8" | "utf" | "utf8-sig") {
            Self::Utf8
        } else if is("latin-1")
            || is("iso-8859-1")
            || is("iso-latin-1")
            || matches!(
                name.as_str(),
                "latin1" | "latin" | "l1" | "iso8859-1" | "iso88591" | "8859" | "cp819"
            )
        {
            Self::Latin1
        } else if matches!(name.as_str(), "ascii" | "us-ascii" | "646") {
            Self::Ascii
        } else {
            Self::Other
        }
    }
}

/// The encoding that a comment in the first two lines declares (PEP 263). The second line
/// counts only if the first holds nothing but a comment.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&byte| byte == b'\n').take(2) {
        let line = line.trim_ascii();
        let comment = match line.strip_prefix(b"#") {
            Some(comment) => comment,
            None if line.is_empty() => continue,
            None => return None,
        };
        let declaration = comment
            .windows(7)
            .position(|window| matches!(window, b"coding:" | b"coding="));
        if let Some(start) = declaration {
            let name: String = comment[start + 7..]
                .trim_ascii_start()
                .iter()
                .map(|&byte| char::from(byte))
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                .collect();
            if !name.is_empty() {
                return Some(name);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_python_reads() {
        let text = |bytes: &[u8]| {
            let decoded = decode_source(bytes.to_vec()).expect("must decode");
            let held = decoded.held_sha256.unwrap_or(Digest::of(&decoded.text));
            assert_eq!(held, Digest::of(bytes));
            decoded.text
        };
        assert_eq!(
            text("x = 'é'\r\n\u{c}y\n".as_bytes()),
            "x = 'é'\r\n\u{c}y\n"
        );
        assert_eq!(text(b"\xef\xbb\xbfx = 1\n"), "x = 1\n");
        assert_eq!(
            text(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = '\xe9'\n"),
            "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nx = 'é'\n"
        );
        assert_eq!(
            text("# vim: set fileencoding=UTF-8 :\nx = 'é'".as_bytes()),
            "# vim: set fileencoding=UTF-8 :\nx = 'é'"
        );
        assert_eq!(text(b"# coding: gbk\nx = 1\n"), "# coding: gbk\nx = 1\n");
    }

    #[test]
    fn refuses_what_python_refuses() {
        let refusals: Vec<String> = [
            &b"x = '\xe9'\n"[..],
            b"x = 1\n# coding: latin-1\ny = '\xe9'\n",
            b"# coding: utf-8\nx = '\xe9'\n",
            b"# coding: ascii\nx = '\xc3\xa9'\n",
            b"# coding: gbk\nx = '\xc4\xe3'\n",
            b"\xef\xbb\xbf# coding: latin-1\nx = 1\n",
            b"x = 1\0\n",
            b"\xff\xfex\x00=\x001\x00",
        ]
        .iter()
        .map(|bytes| decode_source(bytes.to_vec()).expect_err("must be refused"))
        .collect();
        insta::assert_snapshot!(refusals.join("\n"), @"
        not UTF-8 at byte 5, and no encoding is declared
        not UTF-8 at byte 29, and no encoding is declared
        not UTF-8 at byte 21, which it declares
        declares ascii, which cannot be read at byte 21
        declares gbk, which cannot be read at byte 19
        starts with a UTF-8 byte order mark and declares latin-1
        holds a NUL byte
        UTF-16, which Python does not read
        ");
    }
}
