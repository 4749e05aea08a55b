//! Reads values into types as Go's JSON decoder does: names of fields may have other capitals, null is nothing, unknown
//! fields are errors. All that is wrong is reported, each with its place.

use weir_files::Diagnostic;
use weir_yaml::{Map, Text, Value};

use crate::source::{At, Source, Step};

/// Reads one kustomization.
pub(crate) struct Reader<'a> {
    source: &'a Source,
    path: At,
    is_lenient: bool,
    pub(crate) problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self { source, path: Vec::new(), is_lenient: false, problems: Vec::new() }
    }

    /// For files beside the kustomization, where unknown fields mean nothing and any scalar is a text.
    pub(crate) fn lenient(source: &'a Source) -> Self {
        Self { is_lenient: true, ..Self::new(source) }
    }

    /// Where the value that is being read stands.
    pub(crate) fn at(&self) -> At {
        self.path.clone()
    }

    pub(crate) fn problem(&mut self, message: impl Into<String>) {
        self.report(Diagnostic::error(message));
    }

    fn report(&mut self, problem: Diagnostic) {
        let place = self.source.place(&self.path);
        self.problems.push(problem.at(place));
    }

    /// Visits the fields of a map that are not null.
    pub(crate) fn fields(
        &mut self,
        value: &Value,
        names: &[&'static str],
        mut each: impl FnMut(&mut Self, &'static str, &Value),
    ) {
        let Some(map) = self.map(value) else { return };
        for (key, value) in map {
            let exact = names.iter().find(|name| key == **name);
            let name = exact.or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(key)));
            self.path.push(Step::Field(key.text()));
            match name {
                None if self.is_lenient => {}
                None => self.unknown(key, names),
                Some(_) if value.is_null() => {}
                Some(name) => each(self, name, value),
            }
            self.path.pop();
        }
    }

    fn unknown(&mut self, key: &str, names: &[&'static str]) {
        let mut problem = Diagnostic::error(format!("invalid Kustomization: unknown field \"{key}\""));
        if let Some(close) = closest(key, names.iter().copied()) {
            problem = problem.hint(format!("did you mean '{close}'?"));
        }
        self.report(problem);
    }

    fn map<'v>(&mut self, value: &'v Value) -> Option<&'v Map> {
        if value.is_null() {
            return None;
        }
        if value.as_map().is_none() {
            self.wrong("map", value);
        }
        value.as_map()
    }

    fn wrong(&mut self, wanted: &str, value: &Value) {
        self.problem(format!("invalid Kustomization: a {wanted} is expected here, not a {}", value.kind()));
    }

    /// Reads the items of a list.
    pub(crate) fn list<T>(&mut self, value: &Value, mut each: impl FnMut(&mut Self, &Value) -> T) -> Vec<T> {
        let Some(list) = value.as_list() else {
            if !value.is_null() {
                self.wrong("list", value);
            }
            return Vec::new();
        };
        let mut items = Vec::with_capacity(list.len());
        for (at, item) in list.iter().enumerate() {
            self.path.push(Step::Item(at));
            items.push(each(self, item));
            self.path.pop();
        }
        items
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, value: &Value) -> Vec<Text> {
        self.list(value, Self::text)
    }

    /// A text; null is the empty one.
    pub(crate) fn text(&mut self, value: &Value) -> Text {
        match value {
            Value::String(text) => text.clone(),
            Value::Null => Text::from(""),
            Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Float(_) if self.is_lenient => {
                Text::from(weir_yaml::to_json(value))
            }
            other => {
                self.wrong("string", other);
                Text::from("")
            }
        }
    }

    /// A map of texts.
    pub(crate) fn text_map(&mut self, value: &Value) -> Map {
        let mut found = Map::new();
        for (key, value) in self.map(value).into_iter().flatten() {
            self.path.push(Step::Field(key.text()));
            found.insert(key.clone(), Value::String(self.text(value)));
            self.path.pop();
        }
        found
    }

    /// A map of anything.
    pub(crate) fn any_map(&mut self, value: &Value) -> Map {
        self.map(value).cloned().unwrap_or_default()
    }

    /// True or false.
    pub(crate) fn flag(&mut self, value: &Value) -> bool {
        if value.as_bool().is_none() && !value.is_null() {
            self.wrong("boolean", value);
        }
        value.as_bool().unwrap_or(false)
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, value: &Value) -> i64 {
        if value.as_i64().is_none() && !value.is_null() {
            self.wrong("whole number", value);
        }
        value.as_i64().unwrap_or(0)
    }
}

/// The name that is meant most likely, if any is near.
pub(crate) fn closest<'n>(key: &str, names: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let key = key.to_ascii_lowercase();
    let near = |name: &&'n str| distance(&key, &name.to_ascii_lowercase());
    names.min_by_key(near).filter(|name| near(name) <= 1 + key.len() / 4)
}

/// How many letters must be changed to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (at, a) in one.chars().take(64).enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        let mut next = vec![left];
        for (b, above) in other.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_what_was_meant() {
        let names = ["resources", "replicas", "namePrefix"];
        assert_eq!(closest("resource", names.into_iter()), Some("resources"));
        assert_eq!(closest("nameprefx", names.into_iter()), Some("namePrefix"));
        assert_eq!(closest("spec", names.into_iter()), None);
    }
}
