//! The words of the Go library for what a schema finds wrong, and for what is wrong with a schema.

use boon::{CompileError, ErrorKind, InstanceToken, ValidationError};
use serde_json::{Number, Value as Json};

use crate::error::Error;
use crate::quote::quoted;

/// All that is wrong with values, a line for each.
pub(super) fn of_values(error: &ValidationError<'_, '_>) -> String {
    let mut lines = Vec::new();
    for cause in &error.causes {
        collect(cause, &Context { schema: error.schema_url, ..Context::default() }, &mut lines);
    }
    lines.join("\n")
}

/// What stands above an error.
#[derive(Clone, Default)]
struct Context<'s> {
    /// The schema that was being looked at.
    schema: &'s str,
    /// How deep in the values that was.
    values: usize,
    depth: usize,
    /// The first of several schemas was named already.
    is_named: bool,
}

fn collect<'s>(error: &'s ValidationError<'_, '_>, above: &Context<'s>, lines: &mut Vec<String>) {
    let mut here = above.clone();
    name_choices(error, &mut here, lines);
    here.schema = error.schema_url;
    here.values = error.instance_location.tokens.len();
    here.is_named = matches!(
        error.kind,
        ErrorKind::AllOf
            | ErrorKind::AnyOf
            | ErrorKind::OneOf(_)
            | ErrorKind::Contains
            | ErrorKind::MinContains { .. }
    );
    if let ErrorKind::Reference { url, .. } = error.kind {
        here.schema = url;
    }
    if error.causes.len() != 1 || !matches!(error.kind, ErrorKind::Reference { .. }) {
        line(error, here.values, here.depth, &words(&error.kind), lines);
        here.depth += 1;
    }
    for cause in &error.causes {
        collect(cause, &here, lines);
    }
}

fn line(error: &ValidationError<'_, '_>, values: usize, depth: usize, words: &str, lines: &mut Vec<String>) {
    let tokens = error.instance_location.tokens.iter().take(values).map(|token| match token {
        InstanceToken::Prop(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        InstanceToken::Item(at) => format!("/{at}"),
    });
    let (indent, place) = ("  ".repeat(depth), quote(&tokens.collect::<String>()));
    lines.push(format!("{indent}- at {place}: {words}"));
}

/// Where only one of several schemas has something to say, our library leaves the choice out, and Helm's names it. The
/// way from the schema above to that of the error tells where.
fn name_choices(error: &ValidationError<'_, '_>, here: &mut Context<'_>, lines: &mut Vec<String>) {
    let Some(way) = error.schema_url.strip_prefix(here.schema) else { return };
    let mut steps = way.split('/').filter(|step| !step.is_empty()).peekable();
    while let Some(step) = steps.next() {
        let choice = match step {
            "allOf" => Some("'allOf' failed"),
            "anyOf" => Some("'anyOf' failed"),
            "oneOf" => Some("'oneOf' failed, none matched"),
            "contains" => Some("no items match contains schema"),
            _ => None,
        };
        if let Some(choice) = choice
            && !std::mem::take(&mut here.is_named)
        {
            line(error, here.values, here.depth, choice, lines);
            here.depth += 1;
        }
        let is_index = |next: &&str| next.bytes().all(|byte| byte.is_ascii_digit());
        match step {
            "properties" | "patternProperties" | "prefixItems" => {
                steps.next();
                here.values += 1;
            }
            "items" => {
                steps.next_if(is_index);
                here.values += 1;
            }
            "additionalProperties"
            | "additionalItems"
            | "unevaluatedProperties"
            | "unevaluatedItems"
            | "contains" => {
                here.values += 1;
            }
            "allOf" | "anyOf" | "oneOf" | "definitions" | "$defs" | "dependentSchemas" | "dependencies" => {
                steps.next();
            }
            _ => {}
        }
    }
}

fn words(kind: &ErrorKind<'_, '_>) -> String {
    let counts =
        |what: &str, got: usize, want: usize| format!("{what}: got {}, want {}", count(got), count(want));
    let bounds = |what: &str, got: &Number, want: &Number| {
        format!("{what}: got {}, want {}", english(got), english(want))
    };
    let places = |got: &[usize]| got.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let names = |names: &[&str]| names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_string(),
        ErrorKind::Schema { url } => format!("jsonschema validation failed with {}", quote(url)),
        ErrorKind::ContentSchema => "'contentSchema' failed".to_string(),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            format!("both {kw_loc1} and {kw_loc2} resolve to {} causing reference cycle", quoted(url))
        }
        ErrorKind::FalseSchema => "false schema".to_string(),
        ErrorKind::Type { got, want } => {
            let want: Vec<_> = want.iter().map(|kind| kind.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => one_of(want),
        ErrorKind::Const { want } => match want {
            Json::Array(_) | Json::Object(_) => "'const' failed".to_string(),
            want => format!("value must be {}", shown(want)),
        },
        ErrorKind::Format { got, want, err } => format!("{} is not valid {want}: {err}", shown(got)),
        ErrorKind::MinProperties { got, want } => counts("minProperties", *got, *want),
        ErrorKind::MaxProperties { got, want } => counts("maxProperties", *got, *want),
        ErrorKind::MinItems { got, want } => counts("minItems", *got, *want),
        ErrorKind::MaxItems { got, want } => counts("maxItems", *got, *want),
        ErrorKind::MinLength { got, want } => counts("minLength", *got, *want),
        ErrorKind::MaxLength { got, want } => counts("maxLength", *got, *want),
        ErrorKind::AdditionalItems { got } => format!("last {} additionalItem(s) not allowed", count(*got)),
        ErrorKind::AdditionalProperties { got } => {
            let got: Vec<_> = got.iter().map(|name| &**name).collect();
            format!("additional properties {} not allowed", names(&got))
        }
        ErrorKind::Required { want } => {
            let what = if want.len() == 1 { "property" } else { "properties" };
            format!("missing {what} {}", names(want))
        }
        ErrorKind::Dependency { prop, missing } | ErrorKind::DependentRequired { prop, missing } => {
            format!("properties {} required, if {} exists", names(missing), quote(prop))
        }
        ErrorKind::Contains => "no items match contains schema".to_string(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {} items required to match contains schema, but none matched", count(*want))
        }
        ErrorKind::MinContains { got, want } => format!(
            "min {} items required to match contains schema, but matched {} items at {}",
            count(*want),
            count(got.len()),
            places(got)
        ),
        ErrorKind::MaxContains { got, want } => format!(
            "max {} items required to match contains schema, but matched {} items at {}",
            count(*want),
            count(got.len()),
            places(got)
        ),
        ErrorKind::UniqueItems { got: [first, second] } => {
            format!("items at {} and {} are equal", count(*first), count(*second))
        }
        ErrorKind::Pattern { got, want } => format!("{} does not match pattern {}", quote(got), quote(want)),
        ErrorKind::ContentEncoding { want, err } => format!("value is not {} encoded: {err}", quote(want)),
        ErrorKind::ContentMediaType { want, err, .. } => {
            format!("value if not of mediatype {}: {err}", quote(want))
        }
        ErrorKind::Minimum { got, want } => bounds("minimum", got, want),
        ErrorKind::Maximum { got, want } => bounds("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => bounds("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => bounds("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => bounds("multipleOf", got, want),
        ErrorKind::Not => "'not' failed".to_string(),
        ErrorKind::AllOf => "'allOf' failed".to_string(),
        ErrorKind::AnyOf => "'anyOf' failed".to_string(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_string(),
        ErrorKind::OneOf(Some((first, second))) => {
            format!("'oneOf' failed, subschemas {}, {} matched", count(*first), count(*second))
        }
    }
}

fn one_of(want: &[Json]) -> String {
    let has_parts = |value: &Json| matches!(value, Json::Array(_) | Json::Object(_));
    match want {
        want if want.iter().any(has_parts) => "'enum' failed".to_string(),
        [only] => format!("value must be {}", shown(only)),
        want => {
            let want: Vec<_> = want.iter().map(shown).collect();
            format!("value must be one of {}", want.join(", "))
        }
    }
}

fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_string(),
        Json::Null => "<nil>".to_string(),
        other => other.to_string(),
    }
}

/// In single quotes.
fn quote(text: &str) -> String {
    let text = quoted(text).replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &text[1..text.len() - 1])
}

fn count(number: usize) -> String {
    grouped(&number.to_string())
}

/// Digits in groups of three.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number as it is written in English by the library that Helm's library asks.
fn english(number: &Number) -> String {
    let number = number.as_f64().unwrap_or_default();
    let scientific = format!("{number:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..6).contains(&exponent) {
        let raised = |c: char| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            c => char::from_u32('⁰' as u32 + c.to_digit(10).unwrap_or_default()).unwrap_or('⁰'),
        };
        let sign = if exponent < 0 { "-" } else { "" };
        let digits = format!("{sign}{:02}", exponent.abs());
        return format!("{mantissa}×10{}", digits.chars().map(raised).collect::<String>());
    }
    let text = format!("{number}");
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", grouped(whole)),
        None => grouped(&text),
    }
}

/// What is wrong with the schema itself.
pub(super) fn of_schema(error: &CompileError) -> Error {
    let said = |url: &str| quoted(url);
    Error::new(match error {
        CompileError::ParseUrlError { url, src } => format!("error in parsing {}: {src}", said(url)),
        CompileError::LoadUrlError { url, src } => format!("failing loading {}: {src}", said(url)),
        CompileError::UnsupportedUrlScheme { url } => format!("no URLLoader registered for {}", said(url)),
        CompileError::InvalidMetaSchemaUrl { url, src } => format!("invalid $schema in {}: {src}", said(url)),
        CompileError::UnsupportedDraft { url } => format!("draft {} is not supported", said(url)),
        CompileError::MetaSchemaCycle { url } => format!("cycle in resolving $schema in {}", said(url)),
        CompileError::ValidationError { url, src } => {
            let url = if url.contains('#') { url.clone() } else { format!("{url}#") };
            let schema = quote(src.schema_url);
            let found = of_values(src);
            let url = said(&url);
            format!(
                "{url} is not valid against metaschema: jsonschema validation failed with {schema}\n{found}"
            )
        }
        CompileError::ParseIdError { loc } => format!("error in parsing id at {}", said(loc)),
        CompileError::ParseAnchorError { loc } => format!("error in parsing anchor at {}", said(loc)),
        CompileError::DuplicateId { url, id, ptr1, ptr2 } => {
            format!("duplicate id {} in {} at {} and {}", said(id), said(url), said(ptr1), said(ptr2))
        }
        CompileError::DuplicateAnchor { anchor, url, ptr1, ptr2 } => {
            format!("duplicate anchor {} in {} at {} and {}", said(anchor), said(url), said(ptr1), said(ptr2))
        }
        CompileError::InvalidJsonPointer(url) => format!("invalid json-pointer {}", said(url)),
        CompileError::JsonPointerNotFound(url) => format!("json-pointer in {} not found", said(url)),
        CompileError::AnchorNotFound { url, reference } => {
            format!("anchor in {} not found in schema {}", said(reference), said(url))
        }
        CompileError::UnsupportedVocabulary { url, vocabulary } => {
            format!("unsupported vocabulary {} in {}", said(vocabulary), said(url))
        }
        CompileError::InvalidRegex { url, regex, src } => {
            format!("invalid regex {} at {}: {src}", said(regex), said(url))
        }
        other @ CompileError::Bug(_) => other.to_string(),
    })
}
