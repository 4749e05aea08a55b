//! The short way beside the long one, on random schemas and values, and what the short way is there for.

use std::sync::Arc;

use super::super::{RemoteSchemas, Schema, Wanted, fits_slowly};
use super::*;

struct Random(u64);

const WORDS: [&str; 40] = [
    "type",
    "type",
    "type",
    "properties",
    "properties",
    "properties",
    "additionalProperties",
    "patternProperties",
    "patternProperties",
    "propertyNames",
    "items",
    "items",
    "prefixItems",
    "additionalItems",
    "required",
    "enum",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
    "$ref",
    "minimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxProperties",
    "const",
    "uniqueItems",
    "pattern",
    "description",
    "deprecated",
    "form",
    "format",
    "definitions",
];

const REFERENCES: [&str; 15] = [
    "#/$defs/x",
    "#/$defs/x",
    "#/$defs/x",
    "#/$defs/x",
    "#/$defs/x~1y",
    "#/$defs/x",
    "#/$defs/y",
    "#",
    "#/$defs/x/properties/a",
    "#/$defs/x/form",
    "#/$defs/x~1y",
    "#/items",
    "#/anyOf/1",
    "#/$defs/x/definitions/d",
    "#/$defs/x/not",
];

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end
    }

    fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    fn value(&mut self, depth: u32) -> String {
        match self.below(if depth > 2 { 9 } else { 13 }) {
            0 => "null".to_string(),
            1 => "true".to_string(),
            2..5 => self.below(5).to_string(),
            5 => self.pick(&["1.5", "2.0", "-3", "9007199254740993"]).to_string(),
            6..9 => {
                format!("{:?}", self.pick(&["a", "b", "", "abc", "::1", "1.2.3.4", "a-b.c", "http://a/b"]))
            }
            9 | 10 => {
                let items: Vec<_> = (0..self.below(4)).map(|_| self.value(depth + 1)).collect();
                format!("[{}]", items.join(","))
            }
            _ => {
                let fields = ["a", "b", "c"].map(|name| format!("{name:?}:{}", self.value(depth + 1)));
                format!("{{{}}}", fields[..self.below(4) as usize].join(","))
            }
        }
    }

    fn schema(&mut self, depth: u32) -> String {
        if depth > 3 {
            return self.pick(&["true", "false", "{}", "{\"type\":\"string\"}"]).to_string();
        }
        let mut words: Vec<_> = (0..self.below(4)).map(|_| self.pick(&WORDS)).collect();
        if self.below(40) > 0 {
            words.sort_unstable();
            words.dedup();
        }
        let asked: Vec<_> =
            words.into_iter().map(|word| format!("{word:?}:{}", self.asked(word, depth + 1))).collect();
        format!("{{{}}}", asked.join(","))
    }

    fn asked(&mut self, word: &str, depth: u32) -> String {
        match word {
            "type" => match self.below(3) {
                0 => "[\"string\",\"null\"]".to_string(),
                _ => {
                    let types =
                        ["object", "object", "array", "integer", "number", "boolean", "string", "odd"];
                    format!("{:?}", self.pick(&types))
                }
            },
            "properties" => format!("{{\"a\":{},\"b\":{}}}", self.schema(depth), self.schema(depth)),
            "patternProperties" => {
                let pattern = self.pick(&[".*", "^[ab]$", "^(a|c)+$", "\\\\w", "a{2,1}"]);
                format!("{{\"{pattern}\":{}}}", self.schema(depth))
            }
            "definitions" => format!("{{\"d\":{}}}", self.schema(depth)),
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                format!("[{},{}]", self.schema(depth), self.schema(depth))
            }
            "items" if self.below(4) == 0 => format!("[{}]", self.schema(depth)),
            "required" => self.pick(&["[\"a\"]", "[\"a\",\"b\"]", "[\"a\",\"a\"]", "[]"]).to_string(),
            "enum" => {
                let choices = ["[1,\"a\"]", "[null,true]", "[{}]", "[]", "[[1,2],{\"a\":1}]", "[1,1.0]"];
                self.pick(&choices).to_string()
            }
            "$ref" => format!("{:?}", self.pick(&REFERENCES)),
            "minimum" | "exclusiveMaximum" | "multipleOf" | "minLength" | "maxLength" | "minItems"
            | "maxProperties" => self.pick(&["0", "1", "2", "2.0", "2.5", "-1"]).to_string(),
            "const" => self.value(2),
            "uniqueItems" | "deprecated" => self.pick(&["true", "true", "false", "1"]).to_string(),
            "pattern" => self.pick(&["\"^a\"", "\"[bc]+$\"", "\"\"", "\"(\"", "\"a\\\\.b|^$\""]).to_string(),
            "description" => self.pick(&["\"a \\\"word\\\"\"", "\"\"", "true"]).to_string(),
            "format" => {
                let formats = [
                    "ipv4",
                    "ipv6",
                    "hostname",
                    "uri",
                    "email",
                    "date",
                    "int32",
                    "regex",
                    "uuid",
                    "idn-email",
                ];
                format!("{:?}", self.pick(&formats))
            }
            _ => self.schema(depth),
        }
    }

    fn whole(&mut self) -> String {
        let drafts = [
            "schema#",
            "draft/2020-12/schema",
            "draft-07/schema#",
            "draft-07/schema",
            "draft-06/schema#",
            "draft/2019-09/schema",
        ];
        if self.below(40) == 0 {
            return self
                .schema(0)
                .replacen('{', "{\"$schema\":\"http://json-schema.org/draft-04/schema#\",", 1)
                .replace(",}", "}");
        }
        let draft = format!("\"$schema\":\"http://json-schema.org/{}\"", self.pick(&drafts));
        let id = self.pick(&["", "", "\"$id\":\"http://example.com/a.json\",", "\"$id\":\"a b\","]);
        let definitions = format!("\"$defs\":{{\"x\":{},\"x/y\":{}}}", self.schema(2), self.schema(2));
        let word = self.pick(&WORDS);
        let (asked, more) = (self.asked(word, 1), self.schema(1));
        // Where the draft is named makes no difference.
        let more = if self.below(20) == 0 { "{\"contains\":{}}".to_string() } else { more };
        let (first, last) = if self.below(2) == 0 { (draft, definitions) } else { (definitions, draft) };
        format!("{{{first},{id}{word:?}:{asked},\"else\":{more},{last}}}")
    }
}

fn slowly(schema: &str, value: &Value) -> bool {
    let schema = Schema::new(&Arc::from(schema.as_bytes()));
    fits_slowly(value, &schema, (&RemoteSchemas::new(), &Wanted::default())).is_ok()
}

fn quickly(schema: &str, value: &Value) -> bool {
    read(schema.as_bytes()).is_some_and(|rules| fits(&rules, value))
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how often is for whoever runs the tests to say")]
fn what_fits_quickly_fits_slowly() {
    let mut random = Random(88_172_645_463_325_252);
    let (mut fit, mut missed) = (0, 0);
    let count = std::env::var("WEIR_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(4000);
    for _ in 0..count {
        let schema = random.whole();
        for _ in 0..5 {
            let text = random.value(0);
            let value = weir_yaml::from_json(text.as_bytes()).unwrap();
            let (quickly, slowly) = (quickly(&schema, &value), slowly(&schema, &value));
            assert!(!quickly || slowly, "{schema}\n{text}");
            fit += u32::from(quickly);
            missed += u32::from(!quickly && slowly);
        }
    }
    assert!(fit > 1000.min(count / 4) && missed < 2 * fit, "{fit} fit quickly, {missed} did not");
}

/// What charts ask for is told quickly: each schema takes the first values and not the second.
#[test]
fn what_charts_ask_for_is_told_quickly() {
    let cases = [
        (
            r##"{"$defs":{"a":{"type":"integer"}},"properties":{"x":{"$ref":"#/$defs/a"}}}"##,
            r#"{"x":1}"#,
            r#"{"x":"1"}"#,
        ),
        (
            r##"{"properties":{"x":{"type":"object","properties":{"y":{"$ref":"#"}},"additionalProperties":false}}}"##,
            r#"{"x":{"y":{"x":{}}}}"#,
            r#"{"x":{"y":{"x":1}}}"#,
        ),
        (
            r#"{"properties":{"tag":{"type":"string","pattern":"^v?[0-9]+(\\.\\d+)*$"}}}"#,
            r#"{"tag":"v1.20"}"#,
            r#"{"tag":"latest"}"#,
        ),
        (
            r#"{"patternProperties":{"^[a-z-]+$":{"type":"boolean"}},"additionalProperties":false}"#,
            r#"{"a-b":true}"#,
            r#"{"A":true}"#,
        ),
        (
            r##"{"definitions":{"own":{"a":{"$ref":"#/definitions/own/b"},"b":{"type":"null"}}},"properties":{"x":{"$ref":"#/definitions/own/a"},"y":{"$ref":"#/definitions/own/a"}}}"##,
            r#"{"x":null,"y":null}"#,
            r#"{"x":null,"y":1}"#,
        ),
        (r#"{"oneOf":[{"required":["a"]},{"required":["b"]}]}"#, r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (
            r#"{"if":{"properties":{"on":{"const":true}}},"then":{"required":["host"]}}"#,
            r#"{"on":false}"#,
            r#"{"on":true}"#,
        ),
        (
            r#"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"ip":{"format":"ipv4"},"n":{"format":"int32"}}}"#,
            r#"{"ip":"10.0.0.1","n":"x"}"#,
            r#"{"ip":"10.0.0"}"#,
        ),
        (
            r#"{"$schema":"https://json-schema.org/draft/2019-09/schema","items":[{"type":"string"}],"additionalItems":false,"properties":{"x":{"format":"ipv4"}}}"#,
            r#"{"x":"any"}"#,
            "[1]",
        ),
        (
            r#"{"properties":{"x":{"enum":[[],{"a":1},null]}},"propertyNames":{"maxLength":2}}"#,
            r#"{"x":{"a":1}}"#,
            r#"{"xyz":1}"#,
        ),
        (r#"{"properties":{"x":{"multipleOf":5,"not":{"const":10}}}}"#, r#"{"x":15}"#, r#"{"x":10}"#),
    ];
    for (schema, good, bad) in cases {
        let value = |text: &str| weir_yaml::from_json(text.as_bytes()).unwrap();
        assert!(quickly(schema, &value(good)), "{schema}\n{good}");
        assert!(!quickly(schema, &value(bad)) && !slowly(schema, &value(bad)), "{schema}\n{bad}");
    }
}

#[test]
fn what_is_not_understood_is_left_to_the_long_way() {
    let left = [
        r#"{"a":1,}"#,
        r#"{"type":"object","type":"string"}"#,
        r#"{"properties":{"a":true,"a":false}}"#,
        r#"{"$ref":"https://example.com/a.json"}"#,
        r##"{"$ref":"#/$defs/none"}"##,
        r##"{"$ref":"#anchor"}"##,
        r#"{"properties":{"a":{"$id":"http://example.com/a"}}}"#,
        r#"{"pattern":"(?=a)"}"#,
        r#"{"pattern":"(a{500}){500}"}"#,
        r#"{"unevaluatedProperties":false}"#,
        r#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#,
        r#"{"$schema":"http://example.com/own"}"#,
        r#"{"minLength":-1}"#,
        r#"{"type":[]}"#,
        "true",
    ];
    for schema in left {
        assert!(read(schema.as_bytes()).is_none(), "{schema}");
    }
}
