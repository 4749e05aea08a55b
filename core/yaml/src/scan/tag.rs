//! Directives, anchors, aliases and tags.

use super::Scanner;
use super::token::{Token, TokenKind};
use crate::error::Fault;

impl<'t> Scanner<'t> {
    pub(super) fn scan_directive(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip();
        let name = self.word();
        if name.is_empty() {
            return Err(self.fault("could not find expected directive name"));
        }
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.fault("found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.version_directive()?,
            "TAG" => self.tag_directive()?,
            _ => return Err(self.fault("found unknown directive name")),
        };
        let end = self.cursor.mark();
        self.skip_blanks();
        if self.cursor.peek(0) == b'#' {
            self.cursor.skip_to(self.cursor.line_end());
        }
        if !self.cursor.is_break_or_end(0) {
            return Err(self.fault("did not find expected comment or line break"));
        }
        self.cursor.skip_break();
        Ok(Token { kind, start, end })
    }

    pub(super) fn scan_anchor(&mut self, alias: bool) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip();
        let name = self.word();
        let follows = matches!(self.cursor.peek(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !(follows || self.cursor.is_blank_or_end(0)) {
            return Err(self.fault("did not find expected alphabetic or numeric character"));
        }
        let kind = if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) };
        Ok(Token { kind, start, end: self.cursor.mark() })
    }

    pub(super) fn scan_tag(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        let (handle, suffix) = if self.cursor.peek(1) == b'<' {
            self.cursor.skip();
            self.cursor.skip();
            let suffix = self.tag_uri("")?;
            if self.cursor.peek(0) != b'>' {
                return Err(self.fault("did not find the expected '>'"));
            }
            self.cursor.skip();
            (String::new(), suffix)
        } else {
            let handle = self.tag_handle(false)?;
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.tag_uri("")?;
                (handle.to_string(), suffix)
            } else {
                let suffix = self.tag_uri(handle)?;
                // The lone "!" is a tag by itself, without a handle.
                if suffix.is_empty() { (suffix, "!".to_string()) } else { ("!".to_string(), suffix) }
            }
        };
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.fault("did not find expected whitespace or line break"));
        }
        Ok(Token { kind: TokenKind::Tag(Box::new((handle, suffix))), start, end: self.cursor.mark() })
    }

    fn skip_blanks(&mut self) {
        while self.cursor.is_blank(0) {
            self.cursor.skip();
        }
    }

    /// Letters, digits, `_` and `-`.
    fn word(&mut self) -> &'t str {
        let start = self.cursor.pos;
        let rest = &self.cursor.bytes[start..];
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        if length > 0 {
            self.cursor.skip_to(start + length);
        }
        &self.cursor.text[start..start + length]
    }

    fn version_directive(&mut self) -> Result<TokenKind<'t>, Fault> {
        self.skip_blanks();
        let major = self.version_number()?;
        if self.cursor.peek(0) != b'.' {
            return Err(self.fault("did not find expected digit or '.' character"));
        }
        self.cursor.skip();
        let minor = self.version_number()?;
        Ok(TokenKind::VersionDirective { major, minor })
    }

    fn version_number(&mut self) -> Result<u8, Fault> {
        let mut number = 0;
        let mut digits = 0;
        while self.cursor.peek(0).is_ascii_digit() {
            digits += 1;
            if digits > 2 {
                return Err(self.fault("found extremely long version number"));
            }
            number = number * 10 + (self.cursor.peek(0) - b'0');
            self.cursor.skip();
        }
        if digits == 0 {
            return Err(self.fault("did not find expected version number"));
        }
        Ok(number)
    }

    fn tag_directive(&mut self) -> Result<TokenKind<'t>, Fault> {
        self.skip_blanks();
        let handle = self.tag_handle(true)?.to_string();
        if !self.cursor.is_blank(0) {
            return Err(self.fault("did not find expected whitespace"));
        }
        self.skip_blanks();
        let prefix = self.tag_uri("")?;
        if !self.cursor.is_blank_or_end(0) {
            return Err(self.fault("did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective(Box::new((handle, prefix))))
    }

    fn tag_handle(&mut self, directive: bool) -> Result<&'t str, Fault> {
        let start = self.cursor.pos;
        if self.cursor.peek(0) != b'!' {
            return Err(self.fault("did not find expected '!'"));
        }
        self.cursor.skip();
        self.word();
        if self.cursor.peek(0) == b'!' {
            self.cursor.skip();
        } else if directive && self.cursor.pos - start != 1 {
            return Err(self.fault("did not find expected '!'"));
        }
        Ok(&self.cursor.text[start..self.cursor.pos])
    }

    /// The rest of a tag; `head` was read as a handle and turned out to be its start.
    fn tag_uri(&mut self, head: &str) -> Result<String, Fault> {
        let mut uri = head.get(1..).unwrap_or("").as_bytes().to_vec();
        let mut found = !head.is_empty();
        loop {
            let byte = self.cursor.peek(0);
            if byte == b'%' {
                self.uri_escape(&mut uri)?;
            } else if is_word(byte) || b";/?:@&=+$,.!~*'()[]".contains(&byte) {
                uri.push(byte);
                self.cursor.skip();
            } else {
                break;
            }
            found = true;
        }
        if !found {
            return Err(self.fault("did not find expected tag URI"));
        }
        // Escapes can spell what is no character; such a tag matches nothing we know either way.
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// One character, escaped byte by byte.
    fn uri_escape(&mut self, uri: &mut Vec<u8>) -> Result<(), Fault> {
        let mut left = 0;
        loop {
            let digit = |byte: u8| (byte as char).to_digit(16);
            let digits = (digit(self.cursor.peek(1)), digit(self.cursor.peek(2)));
            let (b'%', (Some(high), Some(low))) = (self.cursor.peek(0), digits) else {
                return Err(self.fault("did not find URI escaped octet"));
            };
            let octet = (high * 16 + low) as u8;
            if left == 0 {
                left = match octet {
                    0..0x80 => 1,
                    0xc0..0xe0 => 2,
                    0xe0..0xf0 => 3,
                    0xf0..0xf8 => 4,
                    _ => return Err(self.fault("found an incorrect leading UTF-8 octet")),
                };
            } else if octet & 0xc0 != 0x80 {
                return Err(self.fault("found an incorrect trailing UTF-8 octet"));
            }
            uri.push(octet);
            self.cursor.skip_to(self.cursor.pos + 3);
            left -= 1;
            if left == 0 {
                return Ok(());
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
