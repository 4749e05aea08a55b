//! Variables in objects: where their values come from, which objects are left alone, and what a text means afterwards.

use std::collections::BTreeMap;

use weir_files::{Diagnostic, Place, RootedPath, Tree};
use weir_plan::{Desired, Id};
use weir_yaml::Dialect;

use crate::envsubst::{Cause, SubstituteError, Variables, envsubst, problems};
use crate::mangled::mangled;
use crate::recipe::Recipe;

/// What a unit asks for after its build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Substitution {
    /// Values that the unit gives itself; they go before all others.
    pub inline: BTreeMap<String, String>,
    /// Where other values come from, later ones first.
    pub from: Vec<VariableSource>,
    /// Substitute even if there are no values, for the sake of defaults.
    pub always: bool,
    /// A variable without a value is empty, not an error.
    pub lenient: bool,
}

/// An object whose data are values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableSource {
    /// `ConfigMap` or `Secret`.
    pub kind: String,
    /// Its name, in the namespace of the unit.
    pub name: String,
    /// Whether it may be missing.
    pub optional: bool,
}

impl std::fmt::Display for VariableSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// What is known of a source of variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariablesState {
    /// Its values, decoded.
    Found(Variables),
    /// There is no such object.
    Missing(String),
    /// It cannot be read.
    Failed(String),
}

/// All values in one, or what keeps them from being known.
pub fn variables(
    substitution: &Substitution,
    states: Vec<VariablesState>,
) -> Result<Variables, Vec<Diagnostic>> {
    let (mut all, mut problems) = (Variables::new(), Vec::new());
    for (source, state) in substitution.from.iter().zip(states) {
        let problem = |cause| {
            Diagnostic::error(format!("post build failed: substitute from '{source}' error: {cause}"))
        };
        match state {
            VariablesState::Found(values) => {
                all.extend(values.into_iter().map(|(name, value)| (name, on_one_line(value))));
            }
            VariablesState::Missing(_) if source.optional => {}
            VariablesState::Missing(cause) => problems.push(
                problem(cause)
                    .hint("create it, or mark it as `optional: true` in spec.postBuild.substituteFrom"),
            ),
            VariablesState::Failed(cause) => problems.push(problem(cause)),
        }
    }
    let inline = substitution.inline.iter();
    all.extend(inline.map(|(name, value)| (name.clone(), on_one_line(value.clone().into_bytes()))));
    problems.extend(all.keys().filter(|name| !is_name(name)).map(|name| {
        Diagnostic::error(format!(
            "post build failed: envsubst error: '{name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'"
        ))
    }));
    if problems.is_empty() { Ok(all) } else { Err(problems) }
}

fn on_one_line(mut value: Vec<u8>) -> Vec<u8> {
    value.retain(|byte| *byte != b'\n');
    value
}

fn is_name(name: &str) -> bool {
    let is_start = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    name.bytes().next().is_some_and(is_start)
        && name.bytes().all(|byte| is_start(byte) || byte.is_ascii_digit())
}

/// Fills in the variables of an object, if it has any and they are to be filled in. Gives what deserves a look.
pub(crate) fn substitute(
    recipe: &Recipe,
    tree: &Tree,
    variables: &Variables,
    desired: &mut Desired,
) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
    let nothing = Ok(Vec::new());
    let Some(substitution) = &recipe.substitution else { return nothing };
    let is_asked = !variables.is_empty() || substitution.always;
    if !is_asked || recipe.owner.asks(&desired.object, "substitute", "disabled") {
        return nothing;
    }
    let failed = |cause: String| vec![desired.problem(format_args!("post build failed: {cause}"))];
    let text = weir_yaml::json_to_yaml(&weir_yaml::to_json(&desired.object))
        .map_err(|error| failed(error.to_string()))?;
    if !text.contains('$') {
        return nothing;
    }
    let filled = envsubst(&text, variables, !substitution.lenient).map_err(|error| {
        let all = problems(&text, variables);
        let all = if all.is_empty() { vec![error] } else { all };
        all.iter().map(|error| described(recipe, tree, desired, &text, error)).collect::<Vec<_>>()
    })?;
    let filled = String::from_utf8(filled)
        .map_err(|_| failed("envsubst error: what comes out is not UTF-8".to_string()))?;
    let object = weir_yaml::first_from_yaml(&filled, Dialect::Sigs)
        .map_err(|error| failed(format!("envsubst error: YAMLToJSON: {error}")))?;
    if object.as_map().is_none() {
        return Err(failed("envsubst error: what comes out is no object".to_string()));
    }
    let notes = mangled(desired, &object);
    let place = desired.place.take();
    *desired = Desired::new(object, place);
    Ok(notes)
}

/// A problem at the line of the variable, where that can be found again.
fn described(
    recipe: &Recipe,
    tree: &Tree,
    desired: &Desired,
    text: &str,
    error: &SubstituteError,
) -> Diagnostic {
    let snippet: String =
        text.get(error.at..).unwrap_or_default().chars().take_while(|c| *c != '\n').take(40).collect();
    let cause = match &error.cause {
        Cause::NotSet(_) => error.to_string(),
        // What stands in a Secret is shown to nobody.
        other if &*desired.id.kind == "Secret" => other.to_string(),
        other => format!("{other} at '{snippet}'"),
    };
    let words = format!("post build failed: envsubst error: variable substitution failed: {cause}");
    let mut problem = desired.problem(words);
    let wanted = match &error.cause {
        Cause::NotSet(name) => vec![format!("${{{name}"), format!("${{#{name}")],
        _ => vec![snippet],
    };
    let found = |place| wanted.iter().find_map(|wanted| line_of(tree, place, wanted, &desired.id));
    if let Some(place) = desired.place.as_ref().and_then(found) {
        problem.place = Some(place);
    }
    problem.hint(hint(recipe, &error.cause))
}

fn hint(recipe: &Recipe, cause: &Cause) -> String {
    let Cause::NotSet(name) = cause else {
        return "write $${ for a ${ that is none of ours, or annotate the object with \
                kustomize.toolkit.fluxcd.io/substitute: disabled"
            .to_string();
    };
    let from = recipe.substitution.iter().flat_map(|substitution| &substitution.from);
    let sources: Vec<_> = from.map(ToString::to_string).collect();
    let or_in = if sources.is_empty() { String::new() } else { format!(" or in {}", sources.join(" or ")) };
    format!(
        "set {name} in spec.postBuild.substitute of Kustomization/{}{or_in}; ${{{name}:=value}} gives a default, \
         $${{{name}}} stays as text",
        recipe.unit
    )
}

/// The first line with a text, from the place of an object on.
fn line_of(tree: &Tree, place: &Place, wanted: &str, id: &Id) -> Option<Place> {
    let file = RootedPath::new(&place.file).ok()?;
    let bytes = tree.read(&file).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    let skip = usize::try_from(place.line).ok()?.saturating_sub(1);
    // Generated objects stand in the kustomization that generates them, their values in other files.
    let is_here = text.contains(&*id.kind) || text.contains(&*id.name);
    let (line, column) = text.lines().enumerate().skip(skip).find_map(|(line, content)| {
        let at = content.find(wanted)?;
        Some((line + 1, content[..at].chars().count() + 1))
    })?;
    let number = |at: usize| u32::try_from(at).ok();
    is_here.then_some(())?;
    Some(Place::at(&*place.file, number(line)?, number(column)?))
}
