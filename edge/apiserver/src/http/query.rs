//! The query of a request.

/// Words and values of a query, decoded, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads what stands behind the question mark.
    pub(crate) fn read(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key, true), decode(value, true))
        });
        Self(pairs.collect())
    }

    /// The first value of this word, unless it is empty.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == key)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// True if the word stands there and is not `false` or `0`.
    pub(crate) fn flag(&self, key: &str) -> bool {
        let found = self.0.iter().find(|(own, _)| own == key);
        found.is_some_and(|(_, value)| !matches!(value.as_str(), "false" | "0" | "False"))
    }

    /// The value of this word as a number.
    pub(crate) fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
    }
}

/// Text with percent signs, and in queries with plus signs, as it is meant.
pub(crate) fn decode(text: &str, plus: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'%' => {
                let mut ahead = bytes.clone();
                let digit = |byte: Option<u8>| byte.and_then(|b| char::from(b).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        out.push(u8::try_from(high << 4 | low).unwrap_or(b'?'));
                        bytes = ahead;
                    }
                    _ => out.push(b'%'),
                }
            }
            b'+' if plus => out.push(b' '),
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_queries() {
        let query = Query::read("labelSelector=app%3Dx%2Cb+c&watch&limit=5&force=false&empty=");
        assert_eq!(query.get("labelSelector"), Some("app=x,b c"));
        assert!(query.flag("watch"));
        assert!(!query.flag("force"));
        assert_eq!(query.number("limit"), Some(5));
        assert_eq!(query.get("empty"), None);
        assert_eq!(decode("%zz%4", false), "%zz%4");
    }
}
