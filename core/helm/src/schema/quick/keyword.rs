//! The words that mean something in a schema, in each draft.

use super::json::Quoted;
use super::rules::SEVENTH;

/// What a word of a schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    /// Nothing to any draft, or not to this one.
    Unknown,
    /// What is said to people, as text; several words, any of which may be there.
    Remark,
    Flag,
    Examples,
    Schema,
    Identifier,
    Reference,
    Defs,
    Definitions,
    Type,
    Enum,
    Const,
    Properties,
    PatternProperties,
    AdditionalProperties,
    PropertyNames,
    Required,
    Items,
    PrefixItems,
    AdditionalItems,
    UniqueItems,
    AnyOf,
    AllOf,
    OneOf,
    Not,
    If,
    Then,
    Else,
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    MinProperties,
    MaxProperties,
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
    MultipleOf,
    Pattern,
    Format,
}

impl Keyword {
    /// What a word is in a draft; nothing for those that mean more than is understood here.
    pub(super) fn of(word: Quoted<'_>, draft: u32) -> Option<Self> {
        Some(match word.plain()? {
            "title" | "description" | "$comment" => Self::Remark,
            "type" => Self::Type,
            "properties" => Self::Properties,
            "items" => Self::Items,
            "additionalProperties" => Self::AdditionalProperties,
            "required" => Self::Required,
            "enum" => Self::Enum,
            "$ref" => Self::Reference,
            "format" => Self::Format,
            "minimum" => Self::Minimum,
            "maximum" => Self::Maximum,
            "exclusiveMinimum" => Self::ExclusiveMinimum,
            "exclusiveMaximum" => Self::ExclusiveMaximum,
            "anyOf" => Self::AnyOf,
            "allOf" => Self::AllOf,
            "oneOf" => Self::OneOf,
            "not" => Self::Not,
            "pattern" => Self::Pattern,
            "const" => Self::Const,
            "patternProperties" => Self::PatternProperties,
            "minLength" => Self::MinLength,
            "maxLength" => Self::MaxLength,
            "minItems" => Self::MinItems,
            "maxItems" => Self::MaxItems,
            "minProperties" => Self::MinProperties,
            "maxProperties" => Self::MaxProperties,
            "uniqueItems" => Self::UniqueItems,
            "multipleOf" => Self::MultipleOf,
            "propertyNames" => Self::PropertyNames,
            "examples" => Self::Examples,
            "$schema" => Self::Schema,
            "$id" => Self::Identifier,
            "$defs" => Self::Defs,
            "definitions" => Self::Definitions,
            "if" if draft >= SEVENTH => Self::If,
            "then" if draft >= SEVENTH => Self::Then,
            "else" if draft >= SEVENTH => Self::Else,
            "readOnly" | "writeOnly" => Self::Flag,
            "deprecated" if draft >= 2019 => Self::Flag,
            "prefixItems" if draft >= 2020 => Self::PrefixItems,
            "additionalItems" if draft < 2020 => Self::AdditionalItems,
            "contentEncoding" | "contentMediaType" => Self::Remark,
            "contains" | "dependencies" => return None,
            "$anchor"
            | "$recursiveRef"
            | "$recursiveAnchor"
            | "$vocabulary"
            | "minContains"
            | "maxContains"
            | "dependentRequired"
            | "dependentSchemas"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema"
            | "$dynamicAnchor"
            | "$dynamicRef"
                if draft >= 2019 =>
            {
                return None;
            }
            _ => Self::Unknown,
        })
    }

    /// True for words of which a schema may have several, as they ask for nothing.
    pub(super) fn is_idle(self) -> bool {
        matches!(self, Self::Unknown | Self::Remark | Self::Flag)
    }
}
