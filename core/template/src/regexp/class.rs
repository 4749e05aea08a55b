//! Classes of characters, inside and outside of brackets.

/// `\d` and its kin as ranges that mean the same in the crate.
pub(super) fn perl(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'd' => "[0-9]",
        b'D' => "[^0-9]",
        b's' => r"[\t\n\f\r ]",
        b'S' => r"[^\t\n\f\r ]",
        b'w' => "[0-9A-Za-z_]",
        b'W' => "[^0-9A-Za-z_]",
        _ => return None,
    })
}

/// The names between `[:` and `:]`.
pub(super) fn is_named(name: &str) -> bool {
    let name = name.strip_prefix('^').unwrap_or(name);
    matches!(
        name,
        "alnum"
            | "alpha"
            | "ascii"
            | "blank"
            | "cntrl"
            | "digit"
            | "graph"
            | "lower"
            | "print"
            | "punct"
            | "space"
            | "upper"
            | "word"
            | "xdigit"
    )
}

/// Whether this is a category or a script of Unicode, written as Go wants it.
pub(super) fn is_unicode(name: &str) -> bool {
    const CATEGORIES: [&str; 39] = [
        "Any", "C", "Cc", "Cf", "Co", "Cs", "Cn", "L", "LC", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me",
        "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm",
        "So", "Z", "Zl", "Zp", "Zs",
    ];
    if CATEGORIES.contains(&name) {
        return true;
    }
    // Scripts begin in upper case; whether there is one of this name the crate knows.
    let script = name.starts_with(|c: char| c.is_ascii_uppercase()) && name.len() > 2;
    script && regex::bytes::Regex::new(&format!(r"\p{{sc={name}}}")).is_ok()
}
