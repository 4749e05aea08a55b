//! Templates by name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::env::{Env, Helpers};
use crate::error::Error;
use crate::function::Functions;
use crate::hash::Quick;
use crate::parse::{self, Template, Templates};
use crate::run::{self, Origin};
use crate::share::each;
use crate::value::{Str, Value};

/// What a missing key of a map gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingKey {
    /// No value; printed as `<no value>`.
    #[default]
    Default,
    /// The zero of what the map holds; nil in maps of anything.
    Zero,
    /// An error.
    Error,
}

/// Parsed templates by name. Once parsed it can be shared between threads and executed any number of times.
#[derive(Debug, Clone)]
pub struct Set {
    functions: Arc<Functions>,
    missing_key: MissingKey,
    own: HashMap<Arc<str>, Arc<Template>, Quick>,
    /// Where to look for what is not here; never changed from here.
    below: Option<Arc<Set>>,
    /// How many sets are below.
    layers: u32,
    for_once: bool,
}

/// Sets are stacked so high and no higher; beyond, what is below is copied together.
const LAYERS: u32 = 16;

/// A text is compared with so many others of its length, the last ones, to see whether it has been parsed already.
const ALIKE: usize = 16;

/// Texts of so many bytes take longer to parse than another thread takes to begin.
const SHARE: usize = 24 << 10;

impl Set {
    /// No templates. Texts can use these functions.
    pub fn new(functions: Arc<Functions>) -> Self {
        Self {
            functions,
            missing_key: MissingKey::default(),
            own: HashMap::default(),
            below: None,
            layers: 0,
            for_once: false,
        }
    }

    /// A copy of a set that can be changed; cheap however much is in it.
    pub fn over(below: Arc<Set>) -> Self {
        let mut set = Self::new(Arc::clone(&below.functions));
        set.missing_key = below.missing_key;
        if below.layers < LAYERS {
            set.layers = below.layers + 1;
            set.below = Some(below);
        } else {
            below.collect(&mut set.own);
        }
        set
    }

    fn collect(&self, into: &mut HashMap<Arc<str>, Arc<Template>, Quick>) {
        if let Some(below) = &self.below {
            below.collect(into);
        }
        into.extend(self.own.iter().map(|(name, template)| (Arc::clone(name), Arc::clone(template))));
    }

    /// What a missing key gives.
    #[must_use]
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> Self {
        self.missing_key = missing_key;
        self
    }

    /// The option as it is.
    pub fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    /// The functions that texts can use.
    pub fn functions(&self) -> &Arc<Functions> {
        &self.functions
    }

    /// Parses a text. Its templates replace those of the same names, but nothing replaces something.
    pub fn parse(&mut self, name: &str, text: impl Into<Str>) -> Result<(), Error> {
        self.add(parse::parse(name, text.into(), &self.functions)?.all);
        Ok(())
    }

    /// Parses texts with their names, in order; equal ones are parsed once, and many others by all who help. The error comes
    /// with the name of its text, the first that has one.
    pub fn parse_all<'t>(
        &mut self,
        texts: &[(&'t str, Str)],
        helpers: Option<&dyn Helpers>,
    ) -> Result<(), (&'t str, Error)> {
        let firsts = firsts(texts);
        let others = texts.iter().zip(&firsts).filter(|(_, first)| first.is_none());
        let others: Vec<_> = others.map(|(text, _)| text).collect();
        let length: usize = others.iter().map(|(_, text)| text.as_bytes().len()).sum();
        let functions = Arc::clone(&self.functions);
        let parse = |(name, text): &(&'t str, Str)| {
            parse::parse(name, text.clone(), &functions).map_err(|error| (*name, error))
        };
        let mut parsed = each(&others, (helpers, length / SHARE), |text| parse(text)).into_iter();
        // Most texts are templates of their own, and some define more.
        self.own.reserve(texts.len() * 2);
        let again: HashSet<usize, Quick> = firsts.iter().flatten().copied().collect();
        let mut kept: HashMap<usize, Templates, Quick> = HashMap::default();
        for (at, (text, first)) in texts.iter().zip(firsts).enumerate() {
            let first = first.and_then(|first| kept.get(&first));
            if let Some(renamed) = first.and_then(|first| first.renamed(text.0)) {
                self.add(renamed);
                continue;
            }
            let here = if first.is_some() { None } else { parsed.next() };
            let templates = here.unwrap_or_else(|| parse(text))?;
            if again.contains(&at) {
                self.add(templates.all.clone());
                kept.insert(at, templates);
            } else {
                self.add(templates.all);
            }
        }
        Ok(())
    }

    fn add(&mut self, templates: impl IntoIterator<Item = Template>) {
        for template in templates {
            let name = Arc::clone(template.name());
            // To see whether it is empty is to walk through it, and hardly any name is there already.
            if self.has(&name) && template.is_empty() {
                continue;
            }
            self.own.insert(name, Arc::new(template));
        }
    }

    /// The names of all templates, sorted.
    pub fn names(&self) -> Vec<Arc<str>> {
        let mut all = HashMap::default();
        self.collect(&mut all);
        let mut names: Vec<_> = all.into_keys().collect();
        names.sort_unstable();
        names
    }

    /// True if there is a template of this name.
    pub fn has(&self, name: &str) -> bool {
        self.template(name).is_some()
    }

    pub(crate) fn template(&self, name: &str) -> Option<&Arc<Template>> {
        let mut set = self;
        loop {
            if let Some(template) = set.own.get(name) {
                return Some(template);
            }
            set = set.below.as_deref()?;
        }
    }

    /// Executes a template, writing behind what is in `out` already. After an error `out` holds what was written
    /// before it.
    pub fn execute(
        self: &Arc<Self>,
        name: &str,
        data: Value,
        out: &mut Vec<u8>,
        env: &Env<'_>,
    ) -> Result<(), Error> {
        run::execute(self, name, data, out, env, None)
    }

    /// What a template is compiled to is not kept where it is executed from outside: nobody does so again.
    #[must_use]
    pub fn for_once(mut self) -> Self {
        self.for_once = true;
        self
    }

    pub(crate) fn is_for_once(&self) -> bool {
        self.for_once
    }

    /// The same, with the template line that each line of the output comes from. Lines that pass through functions
    /// are found again by their text; those that are not belong to the action that printed them.
    pub fn execute_traced(
        self: &Arc<Self>,
        name: &str,
        data: Value,
        out: &mut Vec<u8>,
        env: &Env<'_>,
    ) -> (Result<(), Error>, Vec<Option<Origin>>) {
        let mut origins = Vec::new();
        let done = run::execute(self, name, data, out, env, Some(&mut origins));
        (done, origins)
    }
}

/// Of each text the place of one before it that is the same.
fn firsts(texts: &[(&str, Str)]) -> Vec<Option<usize>> {
    // By length: to hash texts is to read all of each, and equal ones are hardly ever there.
    let mut of_length: HashMap<usize, Vec<usize>, Quick> = HashMap::default();
    let first = |(at, (_, text)): (usize, &(&str, Str))| {
        let alike = of_length.entry(text.as_bytes().len()).or_default();
        let first = alike
            .iter()
            .rev()
            .take(ALIKE)
            .find(|other| texts.get(**other).is_some_and(|(_, other)| other == text));
        let first = first.copied();
        if first.is_none() {
            alike.push(at);
        }
        first
    };
    texts.iter().enumerate().map(first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_errors_can_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Set>();
        shared::<Error>();
    }

    #[test]
    fn equal_texts_keep_their_names() {
        let mut set = Set::new(Arc::new(Functions::builtin()));
        let text = "{{ define \"x\" }}{{ len 2 }}{{ end }}{{ define \"b\" }}{{ end }}{{ len 1 }}";
        let texts = ["a", "b", "c"].map(|name| (name, Str::from(text)));
        set.parse_all(&texts, None).unwrap();
        let set = Arc::new(set);
        for (name, file) in [("a", "a"), ("b", "b"), ("c", "c"), ("x", "c")] {
            let error = set.execute(name, Value::Nil, &mut Vec::new(), &Env::default()).unwrap_err();
            let start = format!("template: {file}:1:");
            assert!(error.to_string().starts_with(&start), "{name}: {error}");
            assert!(error.to_string().contains(&format!("executing {name:?}")), "{name}: {error}");
        }
    }

    struct Threads;

    impl Helpers for Threads {
        fn count(&self) -> usize {
            4
        }

        fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync)) {
            std::thread::scope(|scope| (0..most).for_each(|worker| _ = scope.spawn(move || task(worker))));
        }
    }

    #[test]
    fn many_are_parsed_as_few_are() {
        let filled = |text: &str| Str::from(format!("{text}{}", " ".repeat(SHARE / 8)));
        let names: Vec<_> = (0..40).map(|at| format!("t{at:02}")).collect();
        let mut texts: Vec<_> = names.iter().map(|name| (name.as_str(), filled(name))).collect();
        texts.push(("t00", filled("later")));
        let mut set = Set::new(Arc::new(Functions::builtin()));
        set.parse_all(&texts, Some(&Threads)).unwrap();
        let set = Arc::new(set);
        for name in &names {
            let mut out = Vec::new();
            set.execute(name, Value::Nil, &mut out, &Env::default()).unwrap();
            let expected = if name == "t00" { "later" } else { name };
            assert_eq!(String::from_utf8(out).unwrap().trim(), expected);
        }
        texts[7].1 = filled("{{ end }}");
        texts[30].1 = filled("{{ if }}");
        let (name, error) = Set::clone(&set).parse_all(&texts, Some(&Threads)).unwrap_err();
        assert_eq!((name, error.to_string()), ("t07", "template: t07:1: unexpected {{end}}".to_string()));
    }

    #[test]
    fn nothing_replaces_something() {
        let mut set = Set::new(Arc::new(Functions::builtin()));
        set.parse("a", "text").unwrap();
        let mut above = Set::over(Arc::new(set));
        above.parse("a", "  {{/* nothing */}}").unwrap();
        above.parse("b", "{{ template \"a\" }}{{ define \"a\" }}other{{ end }}").unwrap();
        let mut out = Vec::new();
        Arc::new(above).execute("b", Value::Nil, &mut out, &Env::default()).unwrap();
        assert_eq!(out, b"other");
    }
}
