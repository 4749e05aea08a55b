//! An index that is written in JSON.

use std::fs::File;
use std::io::BufReader;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

use super::index::{Part, Take, Wanted};

/// An index in JSON, without ever holding more than one version of a chart.
pub(super) fn read(file: File, wanted: Wanted<'_>, take: Take<'_>) -> Result<(), String> {
    let mut reader = serde_json::Deserializer::from_reader(BufReader::new(file));
    let has_version = Fields { wanted, take }.deserialize(&mut reader).map_err(|error| error.to_string())?;
    if has_version { Ok(()) } else { Err("no API version specified".into()) }
}

struct Fields<'a> {
    wanted: Wanted<'a>,
    take: Take<'a>,
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut has_version = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "apiVersion" => {
                    has_version = map.next_value::<Option<String>>()?.is_some_and(|text| !text.is_empty())
                }
                "entries" => {
                    map.next_value_seed(EachChart { wanted: &mut *self.wanted, take: &mut *self.take })?;
                }
                _ => drop(map.next_value::<de::IgnoredAny>()?),
            }
        }
        Ok(has_version)
    }
}

struct EachChart<'a> {
    wanted: Wanted<'a>,
    take: Take<'a>,
}

impl<'de> DeserializeSeed<'de> for EachChart<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for EachChart<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("charts by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if !(self.wanted)(&name) {
                map.next_value::<de::IgnoredAny>()?;
                continue;
            }
            map.next_value_seed(EachVersion { name: &name, take: &mut *self.take })?;
            (self.take)(&name, Part::End).map_err(de::Error::custom)?;
        }
        Ok(())
    }
}

struct EachVersion<'a> {
    name: &'a str,
    take: Take<'a>,
}

impl<'de> DeserializeSeed<'de> for EachVersion<'_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for EachVersion<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("versions of a chart")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(version) = list.next_element::<Box<serde_json::value::RawValue>>()? {
            let text = format!("[{}]", version.get());
            (self.take)(self.name, Part::Versions(&text)).map_err(de::Error::custom)?;
        }
        Ok(())
    }
}
