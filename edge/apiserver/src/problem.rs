//! Why a request fails, as the `Status` object that clients read.

use weir_yaml::{Map, Value};

use crate::apply::{Conflict, Operation};
use crate::kinds::Kind;

/// A failure, with everything that its `Status` says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Problem {
    /// The HTTP code.
    pub(crate) code: u16,
    /// One word for programs.
    pub(crate) reason: &'static str,
    /// A sentence for people.
    pub(crate) message: String,
    /// What it is about.
    pub(crate) details: Option<Box<Details>>,
}

/// What a failure is about.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Details {
    /// The name of the object.
    pub(crate) name: String,
    /// The group of its kind.
    pub(crate) group: String,
    /// The kind, or the resource.
    pub(crate) kind: String,
    /// The uid of the object.
    pub(crate) uid: String,
    /// What is wrong in detail.
    pub(crate) causes: Vec<Cause>,
    /// When to try again.
    pub(crate) retry_after: Option<i64>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    /// One word for programs.
    pub(crate) reason: &'static str,
    /// A sentence for people.
    pub(crate) message: String,
    /// The field.
    pub(crate) field: String,
}

impl Cause {
    /// A value that must not stand there.
    pub(crate) fn invalid(field: impl Into<String>, value: &Value, why: impl AsRef<str>) -> Self {
        let message = format!("Invalid value: {}: {}", shown(value), why.as_ref());
        Self { reason: "FieldValueInvalid", message, field: field.into() }
    }

    /// A value that is missing.
    pub(crate) fn required(field: impl Into<String>, why: &str) -> Self {
        let message =
            if why.is_empty() { "Required value".to_owned() } else { format!("Required value: {why}") };
        Self { reason: "FieldValueRequired", message, field: field.into() }
    }

    /// A field that must not be there.
    pub(crate) fn forbidden(field: impl Into<String>, why: &str) -> Self {
        Self { reason: "FieldValueForbidden", message: format!("Forbidden: {why}"), field: field.into() }
    }

    /// A value other than those that may stand there.
    pub(crate) fn unsupported(field: impl Into<String>, value: &Value, known: &[&str]) -> Self {
        let known: Vec<String> = known.iter().map(|one| format!("{one:?}")).collect();
        let message = format!("Unsupported value: {}: supported values: {}", shown(value), known.join(", "));
        Self { reason: "FieldValueNotSupported", message, field: field.into() }
    }

    /// A value that stands there twice.
    pub(crate) fn duplicate(field: impl Into<String>, value: &Value) -> Self {
        Self {
            reason: "FieldValueDuplicate",
            message: format!("Duplicate value: {}", shown(value)),
            field: field.into(),
        }
    }

    fn sentence(&self) -> String {
        format!("{}: {}", self.field, self.message)
    }
}

fn shown(value: &Value) -> String {
    weir_yaml::to_json(value)
}

impl Problem {
    fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: None }
    }

    fn about(mut self, kind: &Kind, name: &str) -> Self {
        self.details = Some(Box::new(Details {
            name: name.to_owned(),
            group: kind.gvk.group.to_string(),
            kind: kind.plural.to_string(),
            ..Details::default()
        }));
        self
    }

    /// The request makes no sense.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// Who asks is not known.
    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    /// Who asks may not do this.
    pub(crate) fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        Self::new(403, "Forbidden", format!("{} {name:?} is forbidden: {why}", kind.qualified()))
            .about(kind, name)
    }

    /// There is no such path.
    pub(crate) fn no_path() -> Self {
        let mut problem = Self::new(404, "NotFound", "the server could not find the requested resource");
        problem.details = Some(Box::default());
        problem
    }

    /// There is no such object.
    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        Self::new(404, "NotFound", format!("{} {name:?} not found", kind.qualified())).about(kind, name)
    }

    /// There is such an object.
    pub(crate) fn exists(kind: &Kind, name: &str) -> Self {
        Self::new(409, "AlreadyExists", format!("{} {name:?} already exists", kind.qualified()))
            .about(kind, name)
    }

    /// The object changed meanwhile.
    pub(crate) fn conflict(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.qualified());
        Self::new(409, "Conflict", message).about(kind, name)
    }

    /// The object as asked for breaks rules.
    pub(crate) fn invalid(kind: &Kind, name: &str, causes: Vec<Cause>) -> Self {
        let what = kind.kind_and_group();
        let sentences: Vec<String> = causes.iter().map(Cause::sentence).collect();
        let text = match &sentences[..] {
            [one] => one.clone(),
            _ => format!("[{}]", sentences.join(", ")),
        };
        let mut problem =
            Self::new(422, "Invalid", format!("{what} {name:?} is invalid: {text}")).about(kind, name);
        if let Some(details) = &mut problem.details {
            details.kind = kind.gvk.kind.to_string();
            details.causes = causes;
        }
        problem
    }

    /// Others hold fields that were applied.
    pub(crate) fn apply_conflict(conflicts: &[Conflict]) -> Self {
        let path = |conflict: &Conflict| conflict.path.iter().map(ToString::to_string).collect::<String>();
        let causes: Vec<Cause> = conflicts
            .iter()
            .map(|conflict| Cause {
                reason: "FieldManagerConflict",
                message: format!("conflict with {}", holder(conflict)),
                field: path(conflict),
            })
            .collect();
        let message = if let [one] = conflicts {
            format!("Apply failed with 1 conflict: conflict with {}: {}", holder(one), path(one))
        } else {
            let mut lines = Vec::new();
            let mut last = None;
            for conflict in conflicts {
                if last != Some(&conflict.owner) {
                    lines.push(format!("conflicts with {}:", holder(conflict)));
                    last = Some(&conflict.owner);
                }
                lines.push(format!("- {}", path(conflict)));
            }
            format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
        };
        let mut problem = Self::new(409, "Conflict", message);
        problem.details = Some(Box::new(Details { causes, ..Details::default() }));
        problem
    }

    /// The watch or the list starts too far back.
    pub(crate) fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// The method does not fit the path.
    pub(crate) fn method_not_allowed() -> Self {
        Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
    }

    /// No form that the client reads can be written.
    pub(crate) fn not_acceptable(known: &str) -> Self {
        let message = format!("only the following media types are accepted: {known}");
        Self::new(406, "NotAcceptable", message)
    }

    /// The body has a form that cannot be read.
    pub(crate) fn unsupported_media_type(known: &str) -> Self {
        let message = format!(
            "the body of the request was in an unknown format - accepted media types include: {known}"
        );
        Self::new(415, "UnsupportedMediaType", message)
    }

    /// The body is too large.
    pub(crate) fn too_large() -> Self {
        Self::new(413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728")
    }

    /// A failure that the real server gives no name to.
    pub(crate) fn unnamed(message: impl Into<String>) -> Self {
        Self::new(500, "", message)
    }

    /// The server itself is at fault, or the real one would say so.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "InternalError", message)
    }

    /// As a `Status` object.
    pub(crate) fn to_value(&self) -> Value {
        let mut out = Map::new();
        out.insert("kind", "Status");
        out.insert("apiVersion", "v1");
        out.insert("metadata", Map::new());
        out.insert("status", "Failure");
        out.insert("message", self.message.as_str());
        if !self.reason.is_empty() {
            out.insert("reason", self.reason);
        }
        if let Some(details) = &self.details {
            out.insert("details", details.to_value());
        }
        out.insert("code", i64::from(self.code));
        Value::Map(out)
    }
}

impl Details {
    fn to_value(&self) -> Value {
        let mut out = Map::new();
        for (key, text) in
            [("name", &self.name), ("group", &self.group), ("kind", &self.kind), ("uid", &self.uid)]
        {
            if !text.is_empty() {
                out.insert(key, text.as_str());
            }
        }
        if !self.causes.is_empty() {
            let causes = self.causes.iter().map(|cause| {
                Value::from([
                    ("reason", Value::from(cause.reason)),
                    ("message", Value::from(cause.message.as_str())),
                    ("field", Value::from(cause.field.as_str())),
                ])
            });
            out.insert("causes", causes.collect::<Value>());
        }
        if let Some(seconds) = self.retry_after {
            out.insert("retryAfterSeconds", seconds);
        }
        Value::Map(out)
    }
}

fn holder(conflict: &Conflict) -> String {
    let owner = &conflict.owner;
    let mut out = format!("{:?}", &*owner.manager);
    if !owner.subresource.is_empty() {
        out = format!("{out} with subresource {:?}", &*owner.subresource);
    }
    if owner.operation == Operation::Update {
        out = format!("{out} using {}", conflict.api_version);
    }
    out
}
