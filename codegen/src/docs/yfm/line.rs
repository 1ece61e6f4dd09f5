//! Lines of a page, or what a container leaves of them.

/// A line without its end. Containers cut from both sides of it, so it knows where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    /// The line in the file, from 1.
    pub no: u32,
    /// Where the text begins, in bytes of the file.
    pub at: usize,
    pub text: &'a str,
}

/// The width to which a tab fills up.
const TAB: usize = 4;

impl<'a> Line<'a> {
    pub(super) fn end(&self) -> usize {
        self.at + self.text.len()
    }

    pub(super) fn is_blank(&self) -> bool {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < bytes.len() && is_space(bytes[at]) {
            at += 1;
        }
        at == bytes.len()
    }

    /// The columns and the bytes of white space at the beginning, up to that many columns.
    fn margin(&self, most: usize) -> (usize, usize) {
        let bytes = self.text.as_bytes();
        let mut columns = 0;
        let mut count = 0;
        while columns < most && count < bytes.len() {
            match bytes[count] {
                b' ' => columns += 1,
                b'\t' => columns += TAB - columns % TAB,
                _ => break,
            }
            count += 1;
        }
        (columns, count)
    }

    /// The columns of white space at the beginning.
    pub(super) fn indent(&self) -> usize {
        self.margin(usize::MAX).0
    }

    /// Without white space on both sides.
    pub(super) fn trimmed(&self) -> Line<'a> {
        let line = self.skip(self.margin(usize::MAX).1);
        let bytes = line.text.as_bytes();
        let mut end = bytes.len();
        while end > 0 && is_space(bytes[end - 1]) {
            end -= 1;
        }
        Line {
            text: line.text.get(..end).unwrap_or_default(),
            ..line
        }
    }

    /// From the given byte on.
    pub(super) fn skip(&self, bytes: usize) -> Line<'a> {
        match self.text.get(bytes..) {
            Some(text) => Line {
                at: self.at + bytes,
                text,
                ..*self
            },
            None => Line {
                at: self.end(),
                text: "",
                ..*self
            },
        }
    }

    /// Without that many columns of white space, or as many as there are.
    pub(super) fn dedent(&self, columns: usize) -> Line<'a> {
        if columns == 0 {
            return *self;
        }
        self.skip(self.margin(columns).1)
    }

    /// What of it stands between two places of the file.
    pub(super) fn clip(&self, from: usize, to: usize) -> Option<Line<'a>> {
        let from = from.max(self.at);
        let to = to.min(self.end());
        if from > to {
            return None;
        }
        let text = self.text.get(from - self.at..to - self.at)?;
        Some(Line {
            at: from,
            text,
            ..*self
        })
    }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// How often the byte stands there in a row.
pub(super) fn run(bytes: &[u8], at: usize, byte: u8) -> usize {
    let mut end = at;
    while end < bytes.len() && bytes[end] == byte {
        end += 1;
    }
    end - at
}

/// The first byte from a place on that is one of the signs. Most of a page is none of them, and
/// the generator runs unoptimised, so this loop calls nothing.
pub(super) fn next_sign(bytes: &[u8], mut at: usize, signs: &Signs) -> usize {
    while at < bytes.len() && !signs[bytes[at] as usize] {
        at += 1;
    }
    at
}

/// A set of bytes.
pub(super) type Signs = [bool; 256];

pub(super) const fn signs(of: &[u8]) -> Signs {
    let mut signs = [false; 256];
    let mut index = 0;
    while index < of.len() {
        signs[of[index] as usize] = true;
        index += 1;
    }
    signs
}

/// The longest run of backticks that is a mark; a bound for the time that broken text takes.
pub(super) const LONGEST_RUN: usize = 32;

/// Where the backticks stand that close a code span, if they do.
pub(super) fn code_end(bytes: &[u8], mut at: usize, ticks: usize) -> Option<usize> {
    if ticks > LONGEST_RUN {
        return None;
    }
    static TICK: Signs = signs(b"`");
    loop {
        at = next_sign(bytes, at, &TICK);
        match run(bytes, at, b'`') {
            0 => return None,
            found if found == ticks => return Some(at),
            found => at += found,
        }
    }
}

/// The marker of a list item at the beginning of a line.
#[derive(Clone, Copy)]
pub(super) struct Marker {
    /// Whether it is a number.
    pub number: Option<u32>,
    /// The columns from the marker to the text.
    pub width: usize,
    /// The bytes from the marker to the text.
    pub bytes: usize,
}

/// The marker, if the text (without indentation) begins with one.
pub(super) fn marker(text: &str) -> Option<Marker> {
    let bytes = text.as_bytes();
    let (number, sign) = match bytes.first()? {
        b'-' | b'*' | b'+' => (None, 1),
        b'0'..=b'9' => {
            let digits = bytes
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits > 9 || !matches!(bytes.get(digits), Some(b'.' | b')')) {
                return None;
            }
            (text.get(..digits)?.parse().ok(), digits + 1)
        }
        _ => return None,
    };
    let rest = bytes.get(sign..)?;
    let gap = rest.iter().take_while(|&&byte| is_space(byte)).count();
    if gap == rest.len() {
        return Some(Marker {
            number,
            width: sign + 1,
            bytes: bytes.len(),
        });
    }
    if gap == 0 || is_rule(text) {
        return None;
    }
    // More than four blanks belong to the text.
    let gap = if gap > 4 { 1 } else { gap };
    Some(Marker {
        number,
        width: sign + gap,
        bytes: sign + gap,
    })
}

/// Whether the line is a rule across the page.
pub(super) fn is_rule(text: &str) -> bool {
    let Some(&sign @ (b'-' | b'*' | b'_')) = text.as_bytes().first() else {
        return false;
    };
    text.bytes().all(|byte| byte == sign || is_space(byte))
        && text.bytes().filter(|&byte| byte == sign).count() >= 3
}

/// The level of the heading that the text begins, if it does.
pub(super) fn heading(text: &str) -> Option<u8> {
    let level = run(text.as_bytes(), 0, b'#');
    let next = text.as_bytes().get(level);
    let is = (1..=6).contains(&level) && next.is_none_or(|&byte| is_space(byte));
    is.then_some(u8::try_from(level).unwrap_or(6))
}
