//! The order in which the objects of a build are printed.

use weir_manifest::order::{KUSTOMIZE_LEGACY, KindOrder, LegacyKey};
use weir_yaml::{Text, Value};

use crate::reader::Reader;
use crate::resource::Res;
use crate::source::At;

/// The field `sortOptions`.
#[derive(Debug, Clone, Default)]
pub(crate) struct SortOptions {
    order: Text,
    orders: Option<(Vec<Text>, Vec<Text>)>,
    pub(crate) at: At,
}

/// Reads the field.
pub(crate) fn read(reader: &mut Reader<'_>, value: &Value) -> SortOptions {
    let mut found = SortOptions { at: reader.at(), ..SortOptions::default() };
    reader.fields(value, &["order", "legacySortOptions"], |reader, name, value| match name {
        "order" => found.order = reader.text(value),
        _ => {
            let (mut first, mut last) = (Vec::new(), Vec::new());
            reader.fields(value, &["orderFirst", "orderLast"], |reader, name, value| match name {
                "orderFirst" => first = reader.texts(value),
                _ => last = reader.texts(value),
            });
            found.orders = Some((first, last));
        }
    });
    found
}

impl SortOptions {
    /// What is used where nothing is said.
    pub(crate) fn legacy() -> Self {
        Self { order: Text::from("legacy"), ..Self::default() }
    }

    /// What is wrong with it. Those of bases are never used, so nobody minds them.
    pub(crate) fn check(&self) -> Result<(), String> {
        match &*self.order {
            "fifo" if self.orders.is_some() => {
                Err("the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'"
                    .to_string())
            }
            "fifo" | "legacy" => Ok(()),
            other => Err(format!("the field 'sortOptions.order' must be one of [fifo, legacy], not '{other}'")),
        }
    }

    /// Sorts, if that is asked for.
    pub(crate) fn sort(&self, resources: &mut [Res]) {
        if *self.order != *"legacy" {
            return;
        }
        let texts = |list: &[Text]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (first, last) =
            self.orders.as_ref().map_or_else(Default::default, |(first, last)| (texts(first), texts(last)));
        let (first, last): (Vec<&str>, Vec<&str>) =
            (first.iter().map(String::as_str).collect(), last.iter().map(String::as_str).collect());
        let order = match self.orders {
            Some(_) => KindOrder { first: &first, last: &last },
            None => KUSTOMIZE_LEGACY,
        };
        sort_by(&order, resources);
    }
}

/// Only places are sorted, and objects swapped: they are large, and nobody needs them twice.
fn sort_by(order: &KindOrder<'_>, resources: &mut [Res]) {
    let keys: Vec<_> = resources.iter().map(|resource| LegacyKey::of(order, &resource.object)).collect();
    let mut places: Vec<usize> = (0..keys.len()).collect();
    places.sort_by(|one, other| keys[*one].order(&keys[*other]));
    drop(keys);
    // Where something stands that was swapped before is followed until it is found.
    for at in 0..places.len() {
        let mut from = places[at];
        while from < at {
            from = places[from];
        }
        resources.swap(at, from);
    }
}
