//! Comments, and to which token they belong: as head above, as line beside, as foot below.
//!
//! The rules are those of yaml.v3, odd corners included, since edits and rewritten files follow them.

use super::token::Mark;
use super::{RecentKind, Scanner};
use crate::error::Fault;

/// So far yaml.v3 looks for the start of a comment.
const FAR: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommentKind {
    Head,
    Line,
    Foot,
}

#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(super) kind: CommentKind,
    pub(crate) text: String,
    /// Offset where the white space before it began.
    pub(super) scan: u32,
    /// Offset of the token that it belongs to.
    pub(super) token: u32,
    pub(super) start: Mark,
    pub(super) end: u32,
}

impl Scanner<'_> {
    /// True if comments wait for a token, once the first token is complete.
    pub(crate) fn has_comments(&mut self) -> Result<bool, Fault> {
        self.fetch_enough()?;
        Ok(!self.comments.is_empty())
    }

    /// The next comment that belongs to a token starting here, or before it.
    pub(crate) fn take_comment(
        &mut self,
        token_start: u32,
        ends_block: bool,
    ) -> Option<(CommentKind, String)> {
        let comment = self.comments.front()?;
        // A block end has no head: what stands there is for the token that follows.
        if token_start < comment.token || ends_block && comment.kind == CommentKind::Head {
            return None;
        }
        self.comments.pop_front().map(|comment| (comment.kind, comment.text))
    }

    /// `- # words` followed by content on the next line: the words head the content.
    pub(super) fn adopt_comment_behind_dash(&mut self) {
        let [Some(first), Some(second)] = self.recent else { return };
        if first.what != RecentKind::SequenceStart
            || second.what != RecentKind::BlockEntry
            || self.cursor.is_break(0)
        {
            return;
        }
        let mark = self.cursor.mark();
        if let Some(comment) = self.comments.back_mut().filter(|comment| comment.kind == CommentKind::Line) {
            comment.kind = CommentKind::Head;
            if comment.start.line + 1 == mark.line {
                comment.token = mark.at;
            }
        }
    }

    /// A comment on the rest of this line, which belongs to the token that starts at `token`.
    pub(super) fn scan_line_comment(&mut self, token: Mark) {
        if self.cursor.newlines > 0 {
            return;
        }
        let Some(ahead) = (0..FAR).find(|ahead| !self.cursor.is_blank(*ahead)) else { return };
        if self.cursor.peek(ahead) != b'#' {
            return;
        }
        self.cursor.skip_to(self.cursor.pos + ahead);
        let start = self.cursor.mark();
        let text = self.comment_line();
        self.comments.push_back(Comment {
            kind: CommentKind::Line,
            text,
            scan: 0,
            token: token.at,
            start,
            end: 0,
        });
    }

    fn comment_line(&mut self) -> String {
        let end = self.cursor.line_end();
        let text = self.cursor.text[self.cursor.pos..end].to_string();
        self.cursor.skip_to(end);
        text
    }

    /// Reads the comment here and all that follow, empty lines between them included.
    pub(super) fn scan_comments(&mut self, before: Mark) {
        let mut scan = Collect::new(self, before);
        let mut ahead = 0;
        while ahead < FAR {
            scan.column += 1;
            if self.cursor.is_blank(ahead) {
                ahead += 1;
                continue;
            }
            let closes = self.flow_level > 0 && matches!(self.cursor.peek(ahead), b']' | b'}');
            if closes || self.cursor.is_break_or_end(ahead) {
                self.end_of_lines(&mut scan, ahead, closes);
                if !self.cursor.is_break(ahead) {
                    break;
                }
                scan.first_empty = false;
                scan.recent_empty = true;
                scan.column = 0;
                scan.line += 1;
                ahead += 1;
                continue;
            }
            // At another indentation it is a foot of what came before, not a head of what comes.
            if !scan.text.is_empty() && scan.column - 1 < scan.next_indent && scan.column != scan.start.column
            {
                self.end_foot(&mut scan, ahead);
            }
            if self.cursor.peek(ahead) != b'#' {
                break;
            }
            if scan.text.is_empty() {
                scan.start = scan.mark(self.cursor.pos + ahead);
            } else {
                scan.text.push('\n');
            }
            scan.recent_empty = false;
            self.skip_lines_to(self.cursor.pos + ahead);
            scan.text.push_str(&self.comment_line());
            // The first look at the next character is already counted.
            ahead = 1;
            scan.column = 0;
            scan.line = self.cursor.line();
            scan.next_indent = self.indent.max(0);
        }
        if !scan.text.is_empty() {
            let end = (self.cursor.pos + ahead) as u32;
            self.comments.push_back(Comment {
                kind: CommentKind::Head,
                text: scan.text,
                scan: scan.scan,
                token: scan.start.at,
                start: scan.start,
                end: end.saturating_sub(1),
            });
        }
    }

    fn skip_lines_to(&mut self, target: usize) {
        while self.cursor.pos < target {
            if self.cursor.skip_break().is_empty() {
                self.cursor.skip();
            }
        }
    }

    /// After lines of comment comes an empty line, the end, or the end of a flow collection.
    fn end_of_lines(&mut self, scan: &mut Collect, ahead: usize, closes: bool) {
        if !closes && scan.recent_empty {
            return;
        }
        let below = scan.start.line as i64 == scan.foot_line && scan.after != RecentKind::Value;
        let dedented = scan.start.column - 1 < scan.next_indent;
        if closes || scan.first_empty && (below || dedented) {
            if !scan.text.is_empty() {
                if dedented {
                    scan.token = scan.start.at;
                }
                self.end_foot(scan, ahead);
            }
        } else if !scan.text.is_empty() && self.cursor.peek(ahead) != 0 {
            scan.text.push('\n');
        }
    }

    fn end_foot(&mut self, scan: &mut Collect, ahead: usize) {
        let end = (self.cursor.pos + ahead) as u32;
        self.comments.push_back(Comment {
            kind: CommentKind::Foot,
            text: std::mem::take(&mut scan.text),
            scan: scan.scan,
            token: scan.token,
            start: scan.start,
            end,
        });
        scan.scan = end;
        scan.token = end;
    }
}

/// Lines of comment gathered so far. Columns count from one here, as the Go code has it.
struct Collect {
    text: String,
    scan: u32,
    token: u32,
    start: Mark,
    after: RecentKind,
    line: u32,
    column: i32,
    next_indent: i32,
    first_empty: bool,
    recent_empty: bool,
    /// The line where a comment must start to be a foot of what came before.
    foot_line: i64,
}

impl Collect {
    fn new(scanner: &Scanner<'_>, before: Mark) -> Self {
        let [first, last] = scanner.recent;
        let token = last.filter(|last| last.what != RecentKind::FlowEntry).or(first).or(last);
        let cursor = &scanner.cursor;
        let mut foot_line = -1;
        if before.line > 0 {
            foot_line = i64::from(cursor.line()) - i64::from(cursor.newlines) + 1;
            if cursor.newlines == 0 && cursor.column() > 1 {
                foot_line += 1;
            }
        }
        Self {
            text: String::new(),
            scan: before.at,
            token: token.map_or(0, |token| token.start.at),
            start: Mark::default(),
            after: token.map_or(RecentKind::Other, |token| token.what),
            line: cursor.line(),
            column: cursor.column(),
            next_indent: scanner.indent.max(0),
            first_empty: cursor.newlines <= 1,
            recent_empty: false,
            foot_line,
        }
    }

    fn mark(&self, at: usize) -> Mark {
        Mark { at: at as u32, line: self.line, column: self.column }
    }
}
