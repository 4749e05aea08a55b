//! Go's types and kinds, as far as templates can tell them apart.

use std::fmt;

/// The integer types of Go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntKind {
    /// `int`, 64 bits wide.
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `uint`, 64 bits wide.
    Uint,
    /// `uint8`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
}

impl IntKind {
    /// The name in Go.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }

    /// True for the types with a sign.
    pub fn is_signed(self) -> bool {
        matches!(self, Self::Int | Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "int" => Self::Int,
            "int8" => Self::Int8,
            "int16" => Self::Int16,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "uint" => Self::Uint,
            "uint8" => Self::Uint8,
            "uint16" => Self::Uint16,
            "uint32" => Self::Uint32,
            "uint64" => Self::Uint64,
            _ => return None,
        })
    }
}

/// What `kindOf` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No value at all.
    Invalid,
    /// `bool`
    Bool,
    /// An integer type.
    Int(IntKind),
    /// `float64`
    Float64,
    /// `string`
    String,
    /// `slice`
    Slice,
    /// `map`
    Map,
    /// `struct`
    Struct,
    /// `ptr`
    Ptr,
    /// `func`
    Func,
}

impl Kind {
    /// The name in Go.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Bool => "bool",
            Self::Int(kind) => kind.name(),
            Self::Float64 => "float64",
            Self::String => "string",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Func => "func",
        }
    }
}

/// A type as a function declares it for an argument, and as lists and maps declare it for what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// `interface {}`: whatever it is.
    Any,
    /// `reflect.Value`: whatever it is, and [`super::Value::NoValue`] stays what it is. Only built-in functions take it.
    Reflect,
    /// `bool`
    Bool,
    /// `string`
    String,
    /// An integer type.
    Int(IntKind),
    /// `float64`
    Float64,
    /// `[]interface {}`
    AnyList,
    /// `[]string`
    StringList,
    /// `[]int`
    IntList,
    /// `[][]interface {}`
    AnyLists,
    /// `[]uint8`
    Bytes,
    /// `map[string]interface {}`
    AnyMap,
    /// `map[string]string`
    StringMap,
    /// Any other type, by its name.
    Named(&'static str),
}

impl Type {
    /// True for types whose values may be nil.
    pub fn can_be_nil(self) -> bool {
        match self {
            Self::Bool | Self::String | Self::Int(_) | Self::Float64 => false,
            Self::Named(name) => name.starts_with(['*', '[']) || name.starts_with("map["),
            _ => true,
        }
    }

    /// What a list of this type holds; `interface {}` for all that are no lists.
    pub fn element(self) -> Type {
        match self {
            Self::StringList | Self::StringMap => Self::String,
            Self::IntList => Self::Int(IntKind::Int),
            Self::Bytes => Self::Int(IntKind::Uint8),
            Self::AnyLists => Self::AnyList,
            _ => Self::Any,
        }
    }

    /// Reads a name as signatures have it: `any`, `string`, `[]string`, `map`, ...
    pub(crate) fn from_name(name: &'static str) -> Self {
        match name {
            "any" => Self::Any,
            "reflect" => Self::Reflect,
            "bool" => Self::Bool,
            "string" => Self::String,
            "float64" => Self::Float64,
            "[]any" => Self::AnyList,
            "[]string" => Self::StringList,
            "[]int" => Self::IntList,
            "[][]any" => Self::AnyLists,
            "[]byte" => Self::Bytes,
            "map" => Self::AnyMap,
            "map[string]string" => Self::StringMap,
            other => IntKind::from_name(other).map_or(Self::Named(other), Self::Int),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Int(kind) => kind.name(),
            Self::Float64 => "float64",
            Self::AnyList => "[]interface {}",
            Self::StringList => "[]string",
            Self::IntList => "[]int",
            Self::AnyLists => "[][]interface {}",
            Self::Bytes => "[]uint8",
            Self::AnyMap => "map[string]interface {}",
            Self::StringMap => "map[string]string",
            Self::Named(name) => name,
        })
    }
}
