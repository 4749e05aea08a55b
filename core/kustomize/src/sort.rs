//! The order in which the objects of a build are printed.

use weir_manifest::order::{KUSTOMIZE_LEGACY, KindOrder, LegacyKey};
use weir_yaml::{Text, Value};

use crate::reader::Reader;
use crate::resource::Res;

/// The field `sortOptions`.
#[derive(Debug, Clone, Default)]
pub(crate) struct SortOptions {
    legacy: bool,
    orders: Option<(Vec<Text>, Vec<Text>)>,
}

/// Reads the field.
pub(crate) fn read(reader: &mut Reader<'_>, value: &Value) -> SortOptions {
    let mut found = SortOptions::default();
    let mut order = Text::from("");
    reader.fields(value, &["order", "legacySortOptions"], |reader, name, value| match name {
        "order" => order = reader.text(value),
        _ => {
            let (mut first, mut last) = (Vec::new(), Vec::new());
            reader.fields(value, &["orderFirst", "orderLast"], |reader, name, value| match name {
                "orderFirst" => first = reader.texts(value),
                _ => last = reader.texts(value),
            });
            found.orders = Some((first, last));
        }
    });
    match &*order {
        "legacy" => found.legacy = true,
        "fifo" if found.orders.is_some() => {
            reader.problem(
                "the field 'legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
            );
        }
        "fifo" => {}
        other => reader
            .problem(format!("the field 'sortOptions.order' must be one of [fifo, legacy], not '{other}'")),
    }
    found
}

impl SortOptions {
    /// What is used where nothing is said.
    pub(crate) fn legacy() -> Self {
        Self { legacy: true, orders: None }
    }

    /// Sorts, if that is asked for.
    pub(crate) fn sort(&self, resources: &mut [Res]) {
        if !self.legacy {
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
